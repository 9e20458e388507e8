"""Behind a pooler every wait is bounded, and nothing is left behind in its sessions."""

import select

import psycopg2
import pytest
from psycopg2.errors import LockNotAvailable, QueryCanceled

from adapters.postgres.connection import DriverConnection
from adapters.postgres.reader import Reader
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.transaction import Transaction
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.errors import Contended, OutcomeUnknown, Unavailable
from tests.builders import a_user
from tests.e2e.processes import finished
from tests.postgres import backend_of
from tests.resilience.contention import attendants, close
from tests.resilience.crowd import Client
from tests.resilience.ledger import Ledger
from tests.scale.door import Door, engine_through

MIGRATION_LOCK_TIMEOUT_S = 30
TIMEOUTS = Timeouts(lock=0.5, statement=0.75, idle_in_transaction=0.25)
SHOWN = """
    SELECT name, setting FROM pg_settings WHERE name IN (
        'TimeZone', 'client_min_messages', 'jit', 'lock_timeout', 'statement_timeout',
        'idle_in_transaction_session_timeout'
    )
"""
SET = {
    "TimeZone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",
    "lock_timeout": "500",
    "statement_timeout": "750",
    "idle_in_transaction_session_timeout": "250",
}


@pytest.fixture
def engine(town, pooler):
    with engine_through(pooler, town, TIMEOUTS) as engine:
        yield engine


@pytest.fixture
def new_work(engine):
    return PostgresUnitOfWorkFactory(engine)


@pytest.fixture(params=["a read", "a unit of work"])
def run(request, engine, new_work):
    """Runs a statement, as a read that stands alone or in a unit of work."""
    if request.param == "a read":
        return lambda sql: Reader(engine).rows(sql, {})

    def run_in_work(sql):
        with new_work() as work:
            return work._transaction.rows(sql, {})

    return run_in_work


def test_a_statement_past_its_time_is_ended_by_the_server(run):
    with pytest.raises(Unavailable) as refusal:
        run("SELECT pg_sleep(60)")

    assert isinstance(refusal.value.__cause__, QueryCanceled)


def test_a_wait_for_a_lock_is_ended_by_the_server(town, run):
    [person] = town.people(1)
    event = town.event(person)

    with town.locked(event), pytest.raises(Contended) as refusal:
        run(f"SELECT 1 FROM events WHERE id = '{event}' FOR UPDATE")

    assert isinstance(refusal.value.__cause__, LockNotAvailable)


def test_a_transaction_that_says_nothing_is_ended_by_the_server(new_work):
    with pytest.raises(Unavailable), new_work() as work:
        backend_of(work)
        farewell, *_ = select.select([work._connection._driver], [], [], MIGRATION_LOCK_TIMEOUT_S)
        assert farewell
        backend_of(work)


def test_a_server_that_is_frozen_is_given_up(cluster, run):
    run("SELECT 1")

    with cluster.frozen(), pytest.raises(Unavailable):
        run("SELECT 1")

    run("SELECT 1")


def test_a_commit_to_a_server_that_is_frozen_is_unknown(cluster, new_work):
    with pytest.raises(OutcomeUnknown), new_work() as work:
        work.users.add(a_user("frozen"))
        with cluster.frozen():
            work.commit()


def test_a_new_connection_while_the_server_is_frozen_is_given_up(cluster, run):
    """Whether the pooler lets it in or not."""
    with cluster.frozen(), pytest.raises(Unavailable):
        run("SELECT 1")


def test_an_instance_whose_server_is_frozen_says_so(town, instances, cluster):
    [person] = town.people(1)
    client = Client(instances[0].base_url)

    with cluster.frozen():
        answer = client.ask(person, "GET", "/v1/events/")
    client.close()

    assert (answer.status, answer.code) == (503, "try_again")


def test_all_settings_hold(run):
    assert dict(run(SHOWN)) == SET


def test_they_are_set_without_a_warning_and_for_no_one_else(town, pooler, engine):
    with DriverConnection(engine) as connection:
        connection.rows(connection.set_local + "SELECT 1")
        transaction = Transaction(connection)
        transaction.write("SELECT 1", {})
        transaction.commit()
        assert connection.notices == []

    other = psycopg2.connect(Door.through(pooler, town).database_url)
    with other.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchall() == [("0",)]
    other.close()


def test_who_wants_a_seat_that_another_holds_locked_is_told_to_try_again(town, instances):
    ledger, people = Ledger(), town.people(1)
    event = town.event(people[0])
    [one] = attendants(instances[0].base_url, ledger, people)

    with town.locked(event):
        refused = one.attend(event)

    assert (refused.status, refused.code) == (503, "try_again")
    assert one.attend(event).status == 204
    close([one])


def test_work_that_knows_no_bounds_goes_past_the_pooler(root, town, pooler):
    url = Door.through(pooler, town).database_url

    told = finished(root, "migrate", DATABASE_URL=url, DATABASE_POOLER="transaction")
    untold = finished(root, "migrate", DATABASE_URL=url)

    assert told.stderr == (
        "turnout: DATABASE_POOLER: this command needs a direct connection: set DATABASE_URL to the "
        "primary and unset DATABASE_POOLER.\n"
    )
    assert untold.stderr.startswith("turnout: DATABASE_URL: the database can't be used:")
    assert "unsupported startup parameter: options" in untold.stderr
