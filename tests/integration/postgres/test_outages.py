"""An unavailable database results in 503 with Retry-After, never in 500."""

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
UNREACHABLE = make_url("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")


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
def test_without_a_database_requests_return_503(path, body):
    settings = Settings(database_url=UNREACHABLE, jwt_secret_key=KEY, database_pool_size=1)

    response = Container(settings=settings).app().test_client().post(path, json=body)

    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "try_again"
    assert int(response.headers["Retry-After"]) >= 1


def test_without_migrations_requests_return_503(postgres):
    with a_database(postgres, migrated=False) as url:
        container = Container(settings=Settings(database_url=url, jwt_secret_key=KEY))
        client = container.app().test_client()

        signed_up = client.post("/v1/profile/signup/", json=ACCOUNT)
        ready = client.get("/readyz/")
        container.engine().dispose()

    assert (signed_up.status_code, signed_up.json["code"]) == (503, "try_again")
    assert ready.json["detail"] == "The database is missing migrations of this version."


def test_a_connection_lost_between_requests_is_replaced(postgres_engine):
    with PostgresUnitOfWork(postgres_engine) as work:
        backend_of(work)
    cut_connections(postgres_engine)

    with PostgresUnitOfWork(postgres_engine) as work:
        assert backend_of(work)


def test_losing_the_connection_during_a_unit_of_work_raises_unavailable(postgres_engine):
    with pytest.raises(Unavailable), PostgresUnitOfWork(postgres_engine) as work:
        backend_of(work)
        cut_connections(postgres_engine)
        backend_of(work)

    with PostgresUnitOfWork(postgres_engine) as work:
        backend_of(work)


def test_interrupted_reads_leak_no_connections(postgres_engine, monkeypatch):
    queries = PostgresAccountQueries(Reader(postgres_engine))
    cuts = iter([False, True, True, False, True, False])
    execute = DriverConnection.execute

    def cut_and_execute(connection, sql, values=None):
        if next(cuts, False):
            cut_connections(postgres_engine)
        return execute(connection, sql, values)

    def read():
        return queries.find_refresh_token_hash(uuid4(), uuid4(), NOON)

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


def test_a_wait_for_a_lock_times_out_and_is_retried(short_timeouts, stored_event):
    attempts = []

    def attempt():
        attempts.append(1)
        with short_timeouts() as work:
            work.events.get_for_update(stored_event.id, attendee=stored_event.creator_id)

    with short_timeouts() as first:
        first.events.get_for_update(stored_event.id, attendee=stored_event.creator_id)
        with pytest.raises(Contended):
            short_timeouts.retrying(attempt)
    assert len(attempts) == ATTEMPTS

    short_timeouts.retrying(attempt)


def test_an_exhausted_pool_raises_unavailable(database):
    engine = make_engine(database, pool_size=1, timeouts=Timeouts(pool=0.05), is_autocommit=True)

    with PostgresUnitOfWork(engine), pytest.raises(Unavailable), PostgresUnitOfWork(engine):
        pass
    engine.dispose()


def test_an_unresponsive_server_raises_unavailable(short_timeouts):
    with pytest.raises(Unavailable), short_timeouts() as work:
        # Like a frozen host: nothing ends this statement within an hour.
        run_in(work, "SET LOCAL statement_timeout = 0")
        run_in(work, "SELECT pg_sleep(3600)")

    with short_timeouts() as work:
        assert backend_of(work)


def test_a_commit_that_exceeds_the_message_deadline_raises_outcome_unknown(short_timeouts):
    with pytest.raises(OutcomeUnknown), short_timeouts() as work:
        # Each statement is short, but together they exceed the deadline of the message.
        run_in(work, "SET LOCAL statement_timeout = 0")
        for _ in range(8):
            work._transaction.write("SELECT pg_sleep(0.2)", {})
        work.commit()


def test_without_a_statement_timeout_there_is_no_deadline(database):
    timeouts = Timeouts(statement=0)
    engine = make_engine(database, pool_size=1, timeouts=timeouts, is_autocommit=True)

    with PostgresUnitOfWork(engine) as work:
        run_in(work, f"SELECT pg_sleep({GRACE_S * 2})")
    engine.dispose()


@pytest.fixture
def unresponsive_port():
    """The port of a server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_connecting_to_an_unresponsive_server_raises_unavailable(unresponsive_port):
    engine = make_engine(UNREACHABLE.set(port=unresponsive_port), pool_size=1, is_autocommit=True)

    with pytest.raises(Unavailable), PostgresUnitOfWork(engine):
        pass


def test_with_several_hosts_an_unresponsive_one_is_skipped(postgres, unresponsive_port):
    host, port = postgres.host or postgres.query["host"], postgres.port or 5432
    hosts = {"host": f"127.0.0.1,{host}", "port": f"{unresponsive_port},{port}"}
    url = postgres.set(host=None, port=None, query=hosts)
    engine = make_engine(url, pool_size=1, is_autocommit=True)

    with PostgresUnitOfWork(engine) as work:
        assert backend_of(work)
    engine.dispose()


def test_with_several_failing_hosts_the_error_names_each_reason(unresponsive_port):
    hosts = {"host": "127.0.0.1,127.0.0.1", "port": f"{unresponsive_port},1"}
    engine = make_engine(UNREACHABLE.set(host=None, port=None, query=hosts), pool_size=1)

    with pytest.raises(Unavailable) as exc_info, PostgresUnitOfWork(engine):
        pass

    reason = str(exc_info.value.__cause__)
    assert "did not respond within 1 s" in reason
    assert "Connection refused" in reason


def test_timeouts_and_time_zone_are_set(engine):
    expected = {
        "lock_timeout": "1s",
        "statement_timeout": "1500ms",
        "idle_in_transaction_session_timeout": "5s",
        "timezone": "UTC",
    }
    with engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in expected
        }

    assert settings == expected


def test_the_isolation_level_does_not_depend_on_the_database(postgres):
    with a_database(postgres, migrated=False) as url:
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        with engine.connect() as connection:
            isolation_setting = "default_transaction_isolation TO serializable"
            connection.execute(text(f"ALTER DATABASE {url.database} SET {isolation_setting}"))
        engine.dispose()
        with PostgresUnitOfWork(engine) as work:
            [[isolation]] = work._transaction.rows("SHOW transaction_isolation", {})
        engine.dispose()

    assert isolation == "read committed"


@pytest.fixture
def short_timeouts(database, empty_database):
    timeouts = Timeouts(lock=0.05, statement=0.3)
    engine = make_engine(database, pool_size=2, timeouts=timeouts, is_autocommit=True)
    yield PostgresUnitOfWorkFactory(engine)
    engine.dispose()
