"""A database that does not answer is a 503 that says when to try again, never a 500."""

import socket
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import GRACE_S, make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.unit_of_work import (
    ATTEMPTS,
    PostgresUnitOfWork,
    PostgresUnitOfWorkFactory,
)
from application.errors import Contended, OutcomeUnknown, Unavailable
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.builders import NOON, a_user, an_event
from tests.postgres import a_database, backend_of, cut_connections, run_in

KEY = "k" * 32
ACCOUNT = {"username": "ada", "password": "correct horse"}
NOWHERE = make_url("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")


@pytest.fixture
def stored_event(empty_database):
    user = a_user()
    event = an_event(creator_id=user.id)
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(user)
        work.events.add(event)
        work.commit()
    return event


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/profile/signup/", ACCOUNT),
        ("/v1/profile/token/", ACCOUNT),
    ],
)
def test_without_a_database_the_answer_is_503(path, body):
    settings = Settings(database_url=NOWHERE, jwt_secret_key=KEY, database_pool_size=1)

    response = Container(settings=settings).app().test_client().post(path, json=body)

    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "try_again"
    assert int(response.headers["Retry-After"]) >= 1


def test_without_migrations_the_answer_is_503(postgres):
    with a_database(postgres, migrated=False) as url:
        container = Container(settings=Settings(database_url=url, jwt_secret_key=KEY))
        client = container.app().test_client()

        signed_up = client.post("/v1/profile/signup/", json=ACCOUNT)
        ready = client.get("/readyz/")
        container.engine().dispose()

    assert (signed_up.status_code, signed_up.json["code"]) == (503, "try_again")
    assert ready.json["detail"] == "The database is missing migrations of this version."


def test_a_connection_cut_between_requests_is_not_noticed(postgres_engine):
    with PostgresUnitOfWork(postgres_engine) as work:
        work.users.find_by_username("ada")
    cut_connections(postgres_engine)

    with PostgresUnitOfWork(postgres_engine) as work:
        assert work.users.find_by_username("ada") is None


def test_a_connection_cut_within_the_work_is_an_outage_and_the_next_work_is_fine(postgres_engine):
    with pytest.raises(Unavailable), PostgresUnitOfWork(postgres_engine) as work:
        work.users.find_by_username("ada")
        cut_connections(postgres_engine)
        work.users.find_by_username("ada")

    with PostgresUnitOfWork(postgres_engine) as work:
        work.users.find_by_username("ada")


def test_reads_that_are_cut_leak_no_connection(postgres_engine, monkeypatch):
    queries = PostgresAccountQueries(Reader(postgres_engine))
    cuts = iter([False, True, True, False, True, False])
    execute = DriverConnection.execute

    def cut_and_execute(connection, sql, values=None):
        if next(cuts, False):
            cut_connections(postgres_engine)
        return execute(connection, sql, values)

    def read():
        return queries.find_live_session(uuid4(), NOON)

    read()
    monkeypatch.setattr(DriverConnection, "execute", cut_and_execute)
    outcomes: list[Any] = []
    for _ in range(7):
        try:
            outcomes.append(read())
        except Unavailable:
            outcomes.append("cut")

    assert outcomes == [None, "cut", "cut", None, "cut", None, None]
    assert postgres_engine.pool.checkedout() == 0


def test_a_wait_for_a_lock_ends_and_is_tried_again(impatient, stored_event):
    attempts = []

    def attempt():
        attempts.append(1)
        with impatient() as work:
            work.events.get_for_update(stored_event.id, attendee=stored_event.creator_id)

    with impatient() as first:
        first.events.get_for_update(stored_event.id, attendee=stored_event.creator_id)
        with pytest.raises(Contended):
            impatient.retrying(attempt)
    assert len(attempts) == ATTEMPTS

    impatient.retrying(attempt)


def test_an_exhausted_pool_is_an_outage(database):
    engine = make_engine(database, pool_size=1, timeouts=Timeouts(pool=0.05), is_autocommit=True)

    with PostgresUnitOfWork(engine), pytest.raises(Unavailable), PostgresUnitOfWork(engine):
        pass
    engine.dispose()


def test_a_server_that_says_nothing_is_given_up(impatient):
    with pytest.raises(Unavailable), impatient() as work:
        # As good as a frozen host: nothing ends this statement for the next hour.
        run_in(work, "SET LOCAL statement_timeout = 0")
        run_in(work, "SELECT pg_sleep(3600)")

    with impatient() as work:
        assert work.users.find_by_username("ada") is None


def test_a_message_has_one_deadline_and_a_commit_that_passes_it_is_unknown(impatient):
    with pytest.raises(OutcomeUnknown), impatient() as work:
        # PostgreSQL would end none of these, and say so after the last.
        run_in(work, "SET LOCAL statement_timeout = 0")
        for _ in range(8):
            work._transaction.write("SELECT pg_sleep(0.2)", {})
        work.commit()


def test_work_without_a_statement_timeout_has_no_deadline(database):
    timeouts = Timeouts(statement=0)
    engine = make_engine(database, pool_size=1, timeouts=timeouts, is_autocommit=True)

    with PostgresUnitOfWork(engine) as work:
        run_in(work, f"SELECT pg_sleep({GRACE_S * 2})")
    engine.dispose()


@pytest.fixture
def silent_port():
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_new_connection_to_a_server_that_says_nothing_is_given_up(silent_port):
    engine = make_engine(NOWHERE.set(port=silent_port), pool_size=1, is_autocommit=True)

    with pytest.raises(Unavailable), PostgresUnitOfWork(engine):
        pass


def test_of_several_hosts_one_that_says_nothing_is_passed_over(postgres, silent_port):
    host, port = postgres.host or postgres.query["host"], postgres.port or 5432
    several = {"host": f"127.0.0.1,{host}", "port": f"{silent_port},{port}"}
    url = postgres.set(host=None, port=None, query=several)
    engine = make_engine(url, pool_size=1, is_autocommit=True)

    with PostgresUnitOfWork(engine) as work:
        assert backend_of(work)
    engine.dispose()


def test_of_several_hosts_that_fail_each_says_why(silent_port):
    several = {"host": "127.0.0.1,127.0.0.1", "port": f"{silent_port},1"}
    engine = make_engine(NOWHERE.set(host=None, port=None, query=several), pool_size=1)

    with pytest.raises(Unavailable) as refusal, PostgresUnitOfWork(engine):
        pass

    told = str(refusal.value.__cause__)
    assert "did not respond within 1 s" in told
    assert "Connection refused" in told


def test_timeouts_and_the_time_zone_are_set(engine):
    expected = {
        "lock_timeout": "1s",
        "statement_timeout": "1500ms",
        "idle_in_transaction_session_timeout": "5s",
        "timezone": "UTC",
    }
    with engine.connect() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in expected}

    assert shown == expected


def test_isolation_is_fixed(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        with engine.connect() as connection:
            strict = "default_transaction_isolation TO serializable"
            connection.execute(text(f"ALTER DATABASE {url.database} SET {strict}"))
        engine.dispose()
        with PostgresUnitOfWork(engine) as work:
            [[isolation]] = work._transaction.rows("SHOW transaction_isolation", {})
        engine.dispose()

    assert isolation == "read committed"


@pytest.fixture
def impatient(database, empty_database):
    waits = Timeouts(lock=0.05, statement=0.3)
    engine = make_engine(database, pool_size=2, timeouts=waits, is_autocommit=True)
    yield PostgresUnitOfWorkFactory(engine)
    engine.dispose()
