"""Behind a pooler the server keeps the bounds, and nobody works without them."""

import select

import httpx
import psycopg2
import pytest
from psycopg2.errorcodes import LOCK_NOT_AVAILABLE, QUERY_CANCELED

from adapters.persistence.engine import make_engine
from adapters.persistence.reader import Reader
from adapters.persistence.store_sessions import PostgresSessions
from adapters.persistence.unit_of_work import PostgresUnitOfWorkFactory
from adapters.persistence.waits import Waits
from application.errors import Contended, Unavailable
from entrypoints.settings.environment import parse_database_url
from tests.e2e.processes import finished
from tests.postgres import run_in
from tests.resilience.contention import attendants, close
from tests.resilience.ledger import Ledger
from tests.resilience.service import a_service
from tests.resilience.town import a_town
from tests.scale.conftest import bound_sessions
from tests.scale.door import Door
from tests.scale.pooler import a_pooler

POOLED = {"DATABASE_POOLER": "transaction", "WEB_WORKERS": "1"}
PATIENCE_S = 30
UNBOUND = "statement_timeout is 0, not 1500"


@pytest.fixture
def new_work(town, pooler):
    url = parse_database_url(Door.through(pooler, town).database_url, "the pooler's URL")
    engine = make_engine(url, pool_size=2, waits=Waits(), is_autocommit=True, is_pooled=True)
    yield PostgresUnitOfWorkFactory(engine)
    engine.dispose()


def test_a_statement_past_its_time_is_ended_by_the_server(new_work):
    with pytest.raises(Unavailable) as refusal, new_work() as work:
        run_in(work, "SELECT pg_sleep(60)")

    assert refusal.value.__cause__.pgcode == QUERY_CANCELED


def test_a_wait_for_a_lock_is_ended_by_the_server(town, new_work):
    [person] = town.people(1)
    event = town.event(person)

    with town.locked(event), pytest.raises(Contended) as refusal, new_work() as work:
        work.events.get_for_update(event, attendee=person.id)

    assert refusal.value.__cause__.pgcode == LOCK_NOT_AVAILABLE


def test_a_transaction_that_says_nothing_is_ended_by_the_server(town, pooler):
    url = Door.through(pooler, town).database_url
    silent = psycopg2.connect(url)
    with silent.cursor() as cursor:
        cursor.execute("SELECT 1")

    farewell, *_ = select.select([silent], [], [], PATIENCE_S)

    assert farewell
    with pytest.raises(psycopg2.OperationalError):
        silent.cursor().execute("SELECT 1")
    silent.close()


def test_who_wants_a_seat_that_another_holds_locked_is_told_to_try_again(town, instances):
    ledger, people = Ledger(), town.people(1)
    event = town.event(people[0])
    [one] = attendants(instances[0].base_url, ledger, people)

    with town.locked(event):
        refused = one.attend(event)

    assert (refused.status, refused.code) == (503, "try_again")
    assert one.attend(event).status == 204
    close([one])


def test_an_instance_is_not_ready_until_the_server_keeps_the_bounds(root, cluster, pooler):
    with (
        a_town(cluster.host) as town,
        a_service(Door.through(pooler, town), **POOLED) as service,
    ):
        [person] = town.people(1)
        before = httpx.get(f"{service.base_url}/readyz")
        refused = httpx.get(
            f"{service.base_url}/v1/profile/",
            headers={"Authorization": f"Bearer {person.access_token}"},
        )
        bound_sessions(root, town)
        pooler.tell("RECONNECT")
        after = httpx.get(f"{service.base_url}/readyz")

    assert (before.status_code, before.json()["code"]) == (503, "not_ready")
    assert UNBOUND in before.json()["detail"]
    assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
    assert after.status_code == 200, after.text


def test_bounds_that_are_not_those_of_the_settings_are_told(town, pooler):
    url = parse_database_url(Door.through(pooler, town).database_url, "the pooler's URL")
    engine = make_engine(url, pool_size=1, waits=Waits(), is_autocommit=True, is_pooled=True)

    sessions = PostgresSessions(Reader(engine), Waits(lock=2))

    assert list(sessions.lacking()) == ["lock_timeout is 1000, not 2000"]
    engine.dispose()


def test_a_pooler_that_ignores_what_it_is_told_is_found_out(cluster):
    with (
        a_town(cluster.host) as town,
        a_pooler(cluster.port, ignore_startup_parameters="options") as pooler,
        a_service(Door.through(pooler, town), WEB_WORKERS="1") as service,
    ):
        answer = httpx.get(f"{service.base_url}/readyz")

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert UNBOUND in answer.json()["detail"]


def test_work_that_knows_no_bounds_goes_past_the_pooler(root, town, pooler):
    url = Door.through(pooler, town).database_url

    told = finished(root, "migrate", DATABASE_URL=url, DATABASE_POOLER="transaction")
    untold = finished(root, "migrate", DATABASE_URL=url)

    assert told.stderr == (
        "turnout: DATABASE_POOLER: this command needs PostgreSQL itself: let DATABASE_URL name "
        "the primary, and leave DATABASE_POOLER out.\n"
    )
    assert untold.stderr.startswith("turnout: DATABASE_URL: the database can't be used:")
    assert "unsupported startup parameter: options" in untold.stderr


def test_a_role_that_is_not_there_is_named(root, town):
    told = finished(root, "bound-sessions", "--role", "nobody", DATABASE_URL=town.database_url)

    assert told.stderr == 'turnout: DATABASE_URL: role "nobody" does not exist.\n'
