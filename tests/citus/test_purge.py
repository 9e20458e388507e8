"""Deleting what has expired from tables with several shards, while others have rows locked."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from adapters.postgres.citus.expired_rows import (
    CitusEndedWaitlists,
    CitusExpiredRows,
    rows_by_kind,
)
from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance import expired_rows
from adapters.postgres.maintenance.expired_rows import EXPIRED_SESSIONS, purge
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import (
    events,
    idempotency_keys,
    mail_tokens,
    password_attempts,
    reminders,
    sessions,
    waitlist_entries,
    webhook_deliveries,
)
from adapters.postgres.timeouts import MAINTENANCE
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME
from domain.events.state import EventState
from domain.webhooks.delivery import DeliveryState
from tests.builders import DAY, HOUR, NOON, a_delivery, a_session, a_user, a_webhook, an_event
from tests.citus.rows import add, add_row, count_of
from tests.concurrency import run_concurrently, wait_until

TICK = timedelta(microseconds=1)
# On several workers.
NUMBER = 20
IS_WAITING = text("""
    SELECT EXISTS (
        SELECT FROM citus_lock_waits JOIN citus_stat_activity ON global_pid = waiting_gpid
        WHERE datname = current_database()
    )
""")


@pytest.fixture
def engine(citus_database, citus_engine):
    """Without timeouts, as in the command."""
    engine = make_engine(citus_database, pool_size=4, timeouts=MAINTENANCE, is_autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture
def run_purge(engine, monkeypatch):
    """Purges in batches that are smaller than the number of rows."""
    monkeypatch.setattr(expired_rows, "BATCH", 3)
    return partial(purge, rows_by_kind(Reader(engine)), NOON)


def purged(**counts):
    kinds = (
        *("session", "idempotency key", "wrong-password counter", "waitlist place"),
        *("webhook delivery", "mail token", "reminder"),
    )
    return dict.fromkeys(kinds, 0) | counts


@pytest.fixture
def people(engine):
    people = [a_user(f"ada{number}") for number in range(NUMBER)]
    add(engine, *people)
    return people


def test_expired_rows_of_each_table_are_deleted(engine, people, run_purge):
    for age in (timedelta(0), max(ATTEMPTS_LIFETIME, DAY)):
        key = {"key": str(age), "fingerprint": b"", "answer": {}, "created_at": NOON - age}
        attempts = {"failures": 1, "last_attempt_at": NOON - age}
        token = {"purpose": "verify_email", "address": "", "expires_at": NOON + HOUR - age}
        for user in people:
            event = an_event(creator_id=user.id, start_time=NOON + HOUR - age)
            reminder = {"event_id": event.id, "start_time": event.schedule.start_time}
            add(engine, event, a_session(user_id=user.id, expires_at=NOON + HOUR - age))
            add_row(engine, idempotency_keys, user_id=user.id, **key)
            add_row(engine, password_attempts, key=uuid4().bytes, **attempts)
            add_row(engine, mail_tokens, hash=uuid4().bytes, user_id=user.id, **token)
            add_row(engine, reminders, **reminder)

    kinds = ("session", "idempotency key", "wrong-password counter", "mail token", "reminder")
    counts = purged(**dict.fromkeys(kinds, NUMBER))
    assert run_purge(is_dry=True) == counts
    assert run_purge() == counts
    assert run_purge() == purged()
    for table in (sessions, idempotency_keys, password_attempts, mail_tokens, reminders):
        assert count_of(engine, table) == NUMBER


def test_deliveries_are_purged(engine, run_purge):
    webhook = a_webhook()
    finished = {"state": DeliveryState.FAILED, "next_attempt_at": None}
    then = NOON - 30 * DAY
    deliveries = [a_delivery(webhook, now=then + TICK, **finished), a_delivery(webhook, now=then)]
    old = [a_delivery(webhook, now=then, **finished) for _ in range(4)]
    of_deleted = [a_delivery() for _ in range(4)]
    add(engine, webhook, *deliveries, *old, *of_deleted)

    assert run_purge() == purged(**{"webhook delivery": 8})
    assert count_of(engine, webhook_deliveries) == 2


def add_waitlists(engine, people, number, **fields):
    """Events, each with four entries."""
    added = [an_event(waitlist_count=4, **fields) for _ in range(number)]
    add(engine, *added)
    for event in added:
        for place, user in enumerate(people[:4], 1):
            entry = {"event_id": event.id, "user_id": user.id, "joined_at": NOON - DAY}
            add_row(engine, waitlist_entries, **entry, number=place)
    return added


def waitlist_counts(engine, added):
    with engine.connect() as connection:
        rows = connection.execute(select(events.c.id, events.c.waitlist_count))
        counts = {row.id: row.waitlist_count for row in rows}
    return [counts[event.id] for event in added]


def test_ended_waitlists_are_deleted_and_their_counts_stay_correct(engine, people, run_purge):
    started = add_waitlists(engine, people, 5, start_time=NOON)
    state = {"state": EventState.CANCELLED, "cancelled_at": NOON - HOUR}
    cancelled = add_waitlists(engine, people, 5, **state, cancellation_reason="")
    upcoming = add_waitlists(engine, people, 5, start_time=NOON + TICK)

    counts = purged(**{"waitlist place": 40})
    assert run_purge(is_dry=True) == counts
    assert run_purge() == counts
    assert run_purge() == purged()
    assert waitlist_counts(engine, [*started, *cancelled, *upcoming]) == [0] * 10 + [4] * 5
    assert count_of(engine, waitlist_entries) == 20


def test_at_most_the_given_number_of_entries_is_deleted(engine, people):
    add_waitlists(engine, people, 2, start_time=NOON)
    waitlists = CitusEndedWaitlists(Reader(engine))

    assert [waitlists.remove(NOON, limit=5) for _ in range(3)] == [5, 3, 0]


def test_waitlists_of_locked_events_are_skipped(engine, people, run_purge):
    locked, *others = add_waitlists(engine, people, 5, start_time=NOON)

    with a_transaction(engine) as transaction:
        transaction.execute(select(events).where(events.c.id == locked.id).with_for_update())
        assert run_purge() == purged(**{"waitlist place": 16})
    assert waitlist_counts(engine, [locked, *others]) == [4, 0, 0, 0, 0]


def a_transaction(engine):
    return engine.execution_options(isolation_level="READ COMMITTED").connect()


def add_expired_sessions(engine, *user_ids):
    """They expired one after another."""
    first = NOON - len(user_ids) * TICK
    added = [
        a_session(user_id=each, expires_at=first + n * TICK) for n, each in enumerate(user_ids)
    ]
    add(engine, *added)
    return added


def lock(transaction, session, **values):
    """As a request does that changes the session."""
    changed = update(sessions).values(last_used_at=NOON, **values)
    transaction.execute(
        changed.where(sessions.c.id == session.id, sessions.c.user_id == session.user_id)
    )


@contextmanager
def a_waiting_purge(engine, run_purge):
    """Yields a list for its result when it waits for a lock."""
    results = []
    purge = Thread(target=lambda: results.append(run_purge()))
    purge.start()
    with engine.connect() as connection:
        wait_until(lambda: connection.execute(IS_WAITING).scalar_one(), "the purge waits")
    yield results
    purge.join()


def test_a_row_that_changes_while_a_purge_waits_for_it_is_kept(engine, people, run_purge):
    refreshed, *_ = added = add_expired_sessions(engine, *(user.id for user in people))

    with a_transaction(engine) as transaction:
        lock(transaction, refreshed, expires_at=NOON + TICK)
        with a_waiting_purge(engine, run_purge) as results:
            transaction.commit()
    assert results == [purged(session=len(added) - 1)]
    assert count_of(engine, sessions) == 1


def test_a_purge_that_deadlocks_with_a_request_is_repeated(engine, people, run_purge):
    first, second = add_expired_sessions(engine, people[0].id, people[0].id)

    with a_transaction(engine) as transaction:
        # It waits for longer than the purge, which is cancelled.
        for setting in ("citus.propagate_set_commands = 'local'", "deadlock_timeout = '1min'"):
            transaction.execute(text(f"SET LOCAL {setting}"))
        lock(transaction, second)
        with a_waiting_purge(engine, run_purge) as results:
            lock(transaction, first)
            transaction.commit()
    assert results == [purged(session=2)]


def test_a_batch_has_the_oldest_rows_of_all_workers(engine, people):
    add_expired_sessions(engine, *(user.id for user in people))
    expired = CitusExpiredRows(Reader(engine), EXPIRED_SESSIONS)

    assert [expired.remove(NOON, limit=8) for _ in range(4)] == [8, 8, 4, 0]


def test_concurrent_purges_share_the_work(engine, people, run_purge):
    add_expired_sessions(engine, *(user.id for user in people))

    results = run_concurrently(run_purge, run_purge, run_purge)

    assert sum(counts["session"] for counts in results) == NUMBER
    assert count_of(engine, sessions) == 0
