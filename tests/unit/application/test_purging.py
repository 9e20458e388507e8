from datetime import timedelta

import pytest

from application.operations.purge import AT_ONCE, Purge
from tests.builders import DAY, NOON, a_session
from tests.fakes.clock import FakeClock
from tests.fakes.memory import MemoryStore
from tests.fakes.memory_expired_rows import MemoryExpiredIdempotencyKeys, MemoryExpiredSessions


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def purge(store):
    expired_rows = {
        "sessions": MemoryExpiredSessions(store),
        "keys": MemoryExpiredIdempotencyKeys(store),
    }
    return Purge(expired_rows, FakeClock())


def keep_sessions(store, number, age):
    for _ in range(number):
        session = a_session(now=NOON - age)
        store.committed.sessions[session.id] = session


@pytest.mark.parametrize("number", [AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_all_that_is_over_is_removed_however_much_it_is(store, purge, number):
    keep_sessions(store, number, 2 * DAY)
    keep_sessions(store, 1, timedelta(0))

    assert purge(timedelta(0)) == {"sessions": number, "keys": 0}
    assert len(store.committed.sessions) == 1


def test_what_is_over_is_kept_for_as_long_as_is_asked_for(store, purge):
    keep_sessions(store, 1, 8 * DAY)  # they expire after a day
    keep_sessions(store, 1, 7 * DAY)

    assert purge(7 * DAY) == {"sessions": 1, "keys": 0}


def test_a_dry_purge_counts_and_removes_nothing(store, purge):
    keep_sessions(store, 3, 2 * DAY)

    assert purge(timedelta(0), is_dry=True) == {"sessions": 3, "keys": 0}
    assert len(store.committed.sessions) == 3
