"""Deleting what has expired."""

from datetime import timedelta

import pytest

from adapters.postgres.maintenance import expired_rows
from adapters.postgres.maintenance.expired_rows import (
    EXPIRED_IDEMPOTENCY_KEYS,
    EXPIRED_SESSIONS,
    FORGOTTEN_PASSWORD_ATTEMPTS,
    ExpiredRows,
    purge,
)
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME, IdempotencyRecord, IdempotentRequest
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME
from domain.accounts.session import REFRESH_TOKEN_LIFETIME
from tests.builders import DAY, NOON, a_session, a_user

TICK = timedelta(microseconds=1)


@pytest.fixture
def reader(empty_database):
    return Reader(empty_database)


@pytest.fixture
def new_work(empty_database):
    return PostgresUnitOfWorkFactory(empty_database)


@pytest.fixture
def ada(new_work):
    user = a_user("ada")
    with new_work() as work:
        work.users.add(user)
        work.commit()
    return user


@pytest.fixture
def sessions(reader):
    return ExpiredRows(reader, EXPIRED_SESSIONS)


@pytest.fixture
def keys(reader):
    return ExpiredRows(reader, EXPIRED_IDEMPOTENCY_KEYS)


def add_sessions(new_work, user, *ages, **others):
    """Sessions opened that long before NOON, and not used since."""
    added = [a_session(user_id=user.id, now=NOON - age, **others) for age in ages]
    with new_work() as work:
        for session in added:
            work.sessions.add(session)
        work.commit()
    return added


def add_keys(new_work, user, *ages):
    with new_work() as work:
        for number, age in enumerate(ages):
            request = IdempotentRequest(f"key-{number}", b"")
            work.idempotency.add(user.id, IdempotencyRecord(request, {}, NOON - age))
        work.commit()


def exist(new_work, added):
    with new_work() as work:
        return [work.sessions.find_for_update(each.id) is not None for each in added]


def test_a_session_expires_with_the_last_of_its_tokens(new_work, ada, sessions):
    ages = REFRESH_TOKEN_LIFETIME, REFRESH_TOKEN_LIFETIME - TICK, timedelta(0)
    added = add_sessions(new_work, ada, *ages)

    assert sessions.count(NOON) == 1
    assert sessions.remove(NOON, limit=10) == 1
    assert exist(new_work, added) == [False, True, True]
    assert sessions.count(NOON) == 0


def test_a_revoked_session_is_kept_while_its_tokens_could_be_sent(new_work, ada, sessions):
    added = add_sessions(new_work, ada, DAY - TICK, DAY, revoked_at=NOON - DAY)

    assert sessions.remove(NOON, limit=10) == 1
    assert exist(new_work, added) == [True, False]


def test_at_most_the_given_number_is_removed(new_work, ada, sessions, keys):
    add_sessions(new_work, ada, *[2 * DAY] * 4)
    add_keys(new_work, ada, *[2 * DAY] * 4)

    for rows in (sessions, keys):
        assert [rows.remove(NOON, limit=3) for _ in range(3)] == [3, 1, 0]


@pytest.mark.parametrize(
    ("age", "count"), [(IDEMPOTENCY_KEY_LIFETIME, 1), (IDEMPOTENCY_KEY_LIFETIME - TICK, 0)]
)
def test_an_idempotency_key_expires_after_its_lifetime(new_work, ada, keys, age, count):
    add_keys(new_work, ada, age)

    assert keys.count(NOON) == count
    assert keys.remove(NOON, limit=10) == count
    with new_work() as work:
        assert (work.idempotency.find_for_update(ada.id, "key-0") is None) == bool(count)


def test_forgotten_password_attempts_are_removed(new_work, reader):
    with new_work() as work:
        for number, age in enumerate((ATTEMPTS_LIFETIME, ATTEMPTS_LIFETIME - TICK)):
            work.password_attempts.reset(bytes([number]), NOON - age)
        work.commit()
    attempts = ExpiredRows(reader, FORGOTTEN_PASSWORD_ATTEMPTS)

    assert attempts.count(NOON) == 1
    assert [attempts.remove(NOON, limit=10) for _ in range(2)] == [1, 0]


def purged(**counts):
    kinds = "session", "idempotency key", "wrong-password counter"
    return dict.fromkeys(kinds, 0) | counts


@pytest.mark.parametrize("number", [2, 3, 7])
def test_a_purge_goes_on_until_nothing_is_left(new_work, ada, reader, monkeypatch, number):
    monkeypatch.setattr(expired_rows, "BATCH", 3)
    add_sessions(new_work, ada, *[2 * DAY] * number, timedelta(0))

    assert purge(reader, NOON) == purged(session=number)
    assert purge(reader, NOON) == purged(session=0)


def test_a_purge_keeps_what_expired_later(new_work, ada, reader):
    add_sessions(new_work, ada, 8 * DAY, 7 * DAY)  # they expire after a day

    assert purge(reader, NOON - 7 * DAY) == purged(session=1)


def test_a_dry_purge_counts_and_removes_nothing(new_work, ada, reader):
    added = add_sessions(new_work, ada, *[2 * DAY] * 3)

    assert purge(reader, NOON, is_dry=True) == purged(session=3)
    assert exist(new_work, added) == [True] * 3
