"""How transactions are sent: in few round trips, and with nothing left over."""

import psycopg2
import pytest

from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.postgres.transaction import Transaction
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from domain.events.errors import CapacityExhausted
from tests.builders import NOON, a_user, an_event

OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


@pytest.fixture
def messages(monkeypatch):
    """What is sent to the server, each in a round trip of its own."""
    sent = []
    execute = DriverConnection.execute

    def note(connection, sql, values=None):
        sent.append(sql)
        return execute(connection, sql, values)

    monkeypatch.setattr(DriverConnection, "execute", note)
    return sent


@pytest.fixture
def full_event(empty_database):
    ada = a_user()
    event = an_event(creator_id=ada.id, capacity=1)
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(ada)
        work.events.add(event)
        work.commit()
    return event


def attend(database, event):
    with PostgresUnitOfWork(database) as work:
        loaded = work.events.get_for_update(event.id, attendee=event.creator_id)
        loaded.attend(NOON)
        work.events.save(loaded)
        work.commit()


def test_a_seat_is_one_round_trip_to_lock_and_load_and_one_to_write_and_commit(
    empty_database, full_event, messages
):
    attend(empty_database, full_event)

    loading, writing = messages
    assert loading.startswith(b"BEGIN ISOLATION LEVEL READ COMMITTED;SELECT")
    assert writing.endswith(b";COMMIT")
    assert b"title" not in writing  # only what changed


def open_transactions(database):
    """Seen from a connection that is none of the pool's."""
    engine = make_engine(database, pool_size=1, is_autocommit=True)
    with DriverConnection(engine) as connection:
        [[count]] = connection.rows(OPEN)
    engine.dispose()
    return count


def test_a_connection_in_a_transaction_is_not_lent_again(database):
    engine = make_engine(database, pool_size=1, is_autocommit=True)
    with engine.raw_connection().driver_connection.cursor() as cursor:
        cursor.execute("BEGIN")  # and it goes back like this

    with DriverConnection(engine) as connection:
        Transaction(connection).rows("SELECT 1", {})
        assert connection.notices == []
    engine.dispose()


def test_many_writes_do_not_wait_for_the_commit(empty_database, messages):
    with DriverConnection(empty_database) as connection:
        transaction = Transaction(connection)
        for _ in range(20):
            transaction.write("SELECT 1", {})
        transaction.commit()

    assert [message.count(b"SELECT 1") for message in messages] == [9, 9, 2]


def test_work_that_does_nothing_sends_nothing(empty_database, messages):
    with PostgresUnitOfWork(empty_database) as work:
        work.commit()

    assert messages == []


def test_a_refusal_leaves_no_transaction_open(database, empty_database, full_event):
    attend(empty_database, full_event)
    grace = a_user("grace")
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(grace)
        work.commit()

    with pytest.raises(CapacityExhausted), PostgresUnitOfWork(empty_database) as work:
        work.events.get_for_update(full_event.id, attendee=grace.id).attend(NOON)

    assert open_transactions(database) == 0


def test_a_commit_after_an_error_that_was_passed_over_is_no_success(empty_database):
    with DriverConnection(empty_database) as connection:
        transaction = Transaction(connection)
        with pytest.raises(psycopg2.DataError):
            transaction.rows("SELECT 1 / 0", {})

        with pytest.raises(RuntimeError, match="rolled back"):
            transaction.commit()


def test_values_are_no_statements(empty_database):
    user = a_user(email="'; DROP TABLE users; --%s%(id)s@example.org")

    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(user)
        work.commit()

    with PostgresUnitOfWork(empty_database) as work:
        assert work.users.get(user.id) == user


def test_an_engine_that_begins_transactions_by_itself_is_refused(database):
    engine = make_engine(database, pool_size=1)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="autocommit"), DriverConnection(engine):
            pass
    engine.dispose()
