"""Concurrent requests with idempotency keys, which need a real PostgreSQL."""

from uuid import uuid4

import pytest

from application.idempotency import (
    IDEMPOTENCY_KEY_LIFETIME,
    IdempotencyKeyInUse,
    IdempotencyRecord,
    IdempotentRequest,
)
from tests.builders import NOON, a_user
from tests.postgres import run_in


def test_a_key_is_in_use_until_the_unit_of_work_ends(work_on):
    ada, grace = uuid4(), uuid4()
    with work_on() as first:
        first.idempotency.find_for_update(ada, "key")

        with work_on() as second, pytest.raises(IdempotencyKeyInUse):
            second.idempotency.find_for_update(ada, "key")
        with work_on() as other:
            assert other.idempotency.find_for_update(ada, "another key") is None
            assert other.idempotency.find_for_update(grace, "key") is None

    with work_on() as third:
        assert third.idempotency.find_for_update(ada, "key") is None


def expired_record(key):
    return IdempotencyRecord(
        IdempotentRequest(key, b""), {}, created_at=NOON - IDEMPOTENCY_KEY_LIFETIME
    )


@pytest.fixture
def ada_and_grace(work_on):
    """Two users, each with an expired key."""
    people = a_user("ada"), a_user("grace")
    with work_on() as work:
        for person in people:
            work.users.add(person)
            work.idempotency.add(person.id, expired_record("key"))
        work.commit()
    return people


def test_using_a_key_removes_expired_keys_of_other_users(work_on, ada_and_grace):
    ada, grace = ada_and_grace
    with work_on() as work:
        work.idempotency.remove_expired(ada.id, NOON)
        work.commit()

    with work_on() as work:
        assert work.idempotency.find_for_update(grace.id, "key") is None


def test_locked_expired_keys_are_skipped(work_on, ada_and_grace):
    ada, grace = ada_and_grace
    with work_on() as other:
        run_in(other, f"SELECT FROM idempotency_keys WHERE user_id = '{grace.id}' FOR UPDATE")

        with work_on() as work:  # waiting would raise Contended
            work.idempotency.remove_expired(ada.id, NOON)
            work.commit()

    with work_on() as work:
        assert work.idempotency.find_for_update(ada.id, "key") is None
        assert work.idempotency.find_for_update(grace.id, "key")
