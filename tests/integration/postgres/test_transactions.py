"""Transactions take few round trips and leave nothing open."""

import psycopg2
import pytest

from adapters.postgres.connection import DriverConnection
from adapters.postgres.engine import make_engine
from adapters.postgres.transaction import Transaction
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from domain.events.errors import CapacityExhausted
from tests.builders import NOON, a_user, an_event

OPEN_TRANSACTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


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


def test_attending_takes_two_round_trips(empty_database, full_event, messages):
    attend(empty_database, full_event)

    first_message, second_message = messages
    assert first_message.startswith(b"BEGIN ISOLATION LEVEL READ COMMITTED;SELECT")
    assert second_message.endswith(b";COMMIT")
    assert b"title" not in second_message  # only what changed


def test_an_event_with_a_waitlist_takes_one_more_round_trip(empty_database, full_event, messages):
    """It reads the waitlist entry."""
    attend(empty_database, full_event)
    grace = a_user("grace")
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(grace)
        work.commit()
    for expected in (2, 3):
        messages.clear()
        with PostgresUnitOfWork(empty_database) as work:
            loaded = work.events.get_seats_for_update(full_event.id, attendee=grace.id)
            loaded.leave_waitlist(NOON)
            loaded.join_waitlist(NOON)
            work.events.save(loaded)
            work.commit()
        assert len(messages) == expected


def open_transactions(database):
    """Counted on a connection outside the pool."""
    engine = make_engine(database, pool_size=1, is_autocommit=True)
    with DriverConnection(engine) as connection:
        [[count]] = connection.rows(OPEN_TRANSACTIONS)
    engine.dispose()
    return count


def test_a_connection_with_an_open_transaction_is_not_reused(database):
    engine = make_engine(database, pool_size=1, is_autocommit=True)
    with engine.raw_connection().driver_connection.cursor() as cursor:
        cursor.execute("BEGIN")  # and is returned to the pool like this

    with DriverConnection(engine) as connection:
        Transaction(connection).rows("SELECT 1", {})
        assert connection.notices == []
    engine.dispose()


def test_many_writes_are_sent_before_the_commit(empty_database, messages):
    with DriverConnection(empty_database) as connection:
        transaction = Transaction(connection)
        for _ in range(20):
            transaction.write("SELECT 1", {})
        transaction.commit()

    assert [message.count(b"SELECT 1") for message in messages] == [9, 9, 2]


def test_an_empty_unit_of_work_sends_nothing(empty_database, messages):
    with PostgresUnitOfWork(empty_database) as work:
        work.commit()

    assert messages == []


def test_a_domain_error_leaves_no_transaction_open(database, empty_database, full_event):
    attend(empty_database, full_event)
    grace = a_user("grace")
    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(grace)
        work.commit()

    with pytest.raises(CapacityExhausted), PostgresUnitOfWork(empty_database) as work:
        work.events.get_for_update(full_event.id, attendee=grace.id).attend(NOON)

    assert open_transactions(database) == 0


def test_a_commit_after_an_ignored_error_fails(empty_database):
    with DriverConnection(empty_database) as connection:
        transaction = Transaction(connection)
        with pytest.raises(psycopg2.DataError):
            transaction.rows("SELECT 1 / 0", {})

        with pytest.raises(RuntimeError, match="rolled back"):
            transaction.commit()


def test_values_are_not_interpreted_as_sql(empty_database):
    user = a_user(email="'; DROP TABLE users; --%s%(id)s@example.org")

    with PostgresUnitOfWork(empty_database) as work:
        work.users.add(user)
        work.commit()

    with PostgresUnitOfWork(empty_database) as work:
        assert work.users.get(user.id) == user


def test_an_engine_without_autocommit_is_rejected(database):
    engine = make_engine(database, pool_size=1)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="autocommit"), DriverConnection(engine):
            pass
    engine.dispose()
