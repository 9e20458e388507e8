"""Behind a pooler every wait is bounded, and no setting leaks into its server connections."""

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
from tests.postgres import backend_of
from tests.processes import run_cli
from tests.scale.pooled import pooled_engine, pooled_url
from tests.torture.clients import Client
from tests.torture.contention import attendee_clients, close
from tests.torture.ledger import Ledger

MIGRATION_LOCK_TIMEOUT_S = 30
TIMEOUTS = Timeouts(lock=0.5, statement=0.75, idle_in_transaction=0.25)
SHOW_SETTINGS = """
    SELECT name, setting FROM pg_settings WHERE name IN (
        'TimeZone', 'client_min_messages', 'jit', 'lock_timeout', 'random_page_cost',
        'statement_timeout',
        'idle_in_transaction_session_timeout'
    )
"""
EXPECTED_SETTINGS = {
    "TimeZone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",
    "random_page_cost": "2",
    "lock_timeout": "500",
    "statement_timeout": "750",
    "idle_in_transaction_session_timeout": "250",
}


@pytest.fixture
def engine(sample_data, pooler):
    with pooled_engine(pooler, sample_data, TIMEOUTS) as engine:
        yield engine


@pytest.fixture
def new_work(engine):
    return PostgresUnitOfWorkFactory(engine)


@pytest.fixture(params=["a read", "a unit of work"])
def run(request, engine, new_work):
    """Runs a statement, as a single read or in a unit of work."""
    if request.param == "a read":
        return lambda sql: Reader(engine).rows(sql, {})

    def run_in_work(sql):
        with new_work() as work:
            return work._transaction.rows(sql, {})

    return run_in_work


def test_the_server_cancels_a_statement_that_takes_too_long(run):
    with pytest.raises(Unavailable) as exc_info:
        run("SELECT pg_sleep(60)")

    assert isinstance(exc_info.value.__cause__, QueryCanceled)


def test_the_server_ends_a_wait_for_a_lock(sample_data, run):
    [user] = sample_data.create_users(1)
    event = sample_data.create_event(user)

    with sample_data.lock_event(event), pytest.raises(Contended) as exc_info:
        run(f"SELECT 1 FROM events WHERE id = '{event}' FOR UPDATE")

    assert isinstance(exc_info.value.__cause__, LockNotAvailable)


def test_the_server_ends_an_idle_transaction(new_work):
    with pytest.raises(Unavailable), new_work() as work:
        backend_of(work)
        readable, *_ = select.select([work._connection._driver], [], [], MIGRATION_LOCK_TIMEOUT_S)
        assert readable
        backend_of(work)


def test_a_read_from_a_frozen_server_fails(cluster, run):
    run("SELECT 1")

    with cluster.frozen(), pytest.raises(Unavailable):
        run("SELECT 1")

    run("SELECT 1")


def test_the_outcome_of_a_commit_to_a_frozen_server_is_unknown(cluster, new_work):
    with pytest.raises(OutcomeUnknown), new_work() as work:
        work.users.add(a_user("frozen"))
        with cluster.frozen():
            work.commit()


def test_connecting_to_a_frozen_server_fails(cluster, run):
    """Whether or not the pooler accepts the connection."""
    with cluster.frozen(), pytest.raises(Unavailable):
        run("SELECT 1")


def test_an_instance_returns_503_while_the_server_is_frozen(sample_data, instances, cluster):
    [user] = sample_data.create_users(1)
    client = Client(instances[0].base_url)

    with cluster.frozen():
        response = client.request(user, "GET", "/v1/events/")
    client.close()

    assert (response.status, response.code) == (503, "try_again")


def test_every_setting_is_applied(run):
    assert dict(run(SHOW_SETTINGS)) == EXPECTED_SETTINGS


def test_settings_cause_no_warning_and_do_not_affect_other_clients(sample_data, pooler, engine):
    with DriverConnection(engine) as connection:
        connection.rows(connection.set_local + "SELECT 1")
        transaction = Transaction(connection)
        transaction.write("SELECT 1", {})
        transaction.commit()
        assert connection.notices == []

    other = psycopg2.connect(pooled_url(pooler, sample_data))
    with other.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchall() == [("0",)]
    other.close()


def test_attending_an_event_that_is_locked_returns_try_again(sample_data, instances):
    ledger, people = Ledger(), sample_data.create_users(1)
    event = sample_data.create_event(people[0])
    [client] = attendee_clients(instances[0].base_url, ledger, people)

    with sample_data.lock_event(event):
        rejected = client.attend(event)

    assert (rejected.status, rejected.code) == (503, "try_again")
    assert client.attend(event).status == 204
    close([client])


def test_commands_without_timeouts_reject_the_pooler(root, sample_data, pooler):
    url = pooled_url(pooler, sample_data)

    pooled = run_cli(root, "migrate", DATABASE_URL=url, DATABASE_POOLER="transaction")
    unaware = run_cli(root, "migrate", DATABASE_URL=url)

    assert pooled.stderr == (
        "turnout: DATABASE_POOLER: this command needs a direct connection: set DATABASE_URL to the "
        "primary and unset DATABASE_POOLER.\n"
    )
    assert unaware.stderr.startswith("turnout: DATABASE_URL: the database can't be used:")
    assert "unsupported startup parameter: options" in unaware.stderr
