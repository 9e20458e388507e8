"""What has had its time, in memory and in PostgreSQL."""

from datetime import timedelta

import pytest

from application.idempotency import IDEMPOTENCY_KEY_LIFETIME
from domain.accounts.session import REFRESH_TOKEN_LIFETIME
from tests.builders import DAY, NOON, a_session
from tests.contract.test_idempotency_store import an_answer, find, keep

TICK = timedelta(microseconds=1)


def keep_sessions(storage, user, *ages, **others):
    """Sessions that were opened so long before NOON, and not used since."""
    kept = [a_session(user_id=user.id, now=NOON - age, **others) for age in ages]
    storage.keep(*kept)
    return kept


def are_kept(storage, sessions):
    with storage.new_work() as work:
        return [work.sessions.find_for_update(each.id) is not None for each in sessions]


def test_a_session_is_over_when_the_last_of_its_tokens_has_expired(storage, ada):
    sessions = keep_sessions(
        storage, ada, REFRESH_TOKEN_LIFETIME, REFRESH_TOKEN_LIFETIME - TICK, timedelta(0)
    )

    assert storage.expired_sessions.count(NOON) == 1
    assert storage.expired_sessions.remove(NOON, at_most=10) == 1
    assert are_kept(storage, sessions) == [False, True, True]
    assert storage.expired_sessions.count(NOON) == 0


def test_a_revoked_session_is_kept_while_its_tokens_could_be_shown(storage, ada):
    sessions = keep_sessions(storage, ada, DAY - TICK, DAY, revoked_at=NOON - DAY)

    assert storage.expired_sessions.remove(NOON, at_most=10) == 1
    assert are_kept(storage, sessions) == [True, False]


def test_no_more_is_removed_than_is_asked_for(storage, ada, grace):
    for person in (ada, grace):
        keep_sessions(storage, person, 2 * DAY, 3 * DAY)

    removed = [storage.expired_sessions.remove(NOON, at_most=3) for _ in range(3)]

    assert removed == [3, 1, 0]


@pytest.mark.parametrize(
    ("age", "count"), [(IDEMPOTENCY_KEY_LIFETIME, 1), (IDEMPOTENCY_KEY_LIFETIME - TICK, 0)]
)
def test_an_answer_is_over_when_it_need_not_be_told_again(storage, ada, age, count):
    keep(storage, ada, an_answer(ada, created_at=NOON - age))

    assert storage.expired_idempotency_keys.count(NOON) == count
    assert storage.expired_idempotency_keys.remove(NOON, at_most=10) == count
    assert (find(storage, ada) is None) == bool(count)


def test_of_answers_no_more_are_removed_than_are_asked_for(storage, ada, grace):
    old = NOON - 2 * DAY
    for person in (ada, grace):
        keep(storage, person, an_answer(person, created_at=old), an_answer(person, "other", old))

    removed = [storage.expired_idempotency_keys.remove(NOON, at_most=3) for _ in range(3)]

    assert removed == [3, 1, 0]
