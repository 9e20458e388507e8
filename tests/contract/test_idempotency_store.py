"""The records of requests with idempotency keys."""

from datetime import timedelta

import pytest

from application.idempotency import IDEMPOTENCY_KEY_LIFETIME, IdempotencyRecord, IdempotentRequest
from tests.builders import NOON

KEY = "0f6a1c1e"
TICK = timedelta(microseconds=1)


def a_record(key=KEY, created_at=NOON):
    request = IdempotentRequest(key, b"fingerprint\x00\xff")
    response = {"status": 201, "body": "Tea 'n' \"cake\" \\ \t 日本 %s", "headers": {"ETag": None}}
    return IdempotencyRecord(request, response, created_at)


def find(storage, user, key=KEY):
    with storage.new_work() as work:
        return work.idempotency.find_for_update(user.id, key)


def keep(storage, user, *records):
    with storage.new_work() as work:
        for record in records:
            work.idempotency.add(user.id, record)
        work.commit()


def test_a_record_is_read_back_as_it_was_stored(storage, ada):
    record = a_record()

    keep(storage, ada, record)

    assert find(storage, ada) == record


@pytest.mark.parametrize("key", ["0F6A1C1E", "0f6a1c1", "0f6a1c1e0"])
def test_keys_are_compared_exactly(storage, ada, key):
    keep(storage, ada, a_record())

    assert find(storage, ada, key) is None


def test_two_users_may_use_the_same_key(storage, ada, grace):
    keep(storage, ada, a_record())

    assert find(storage, grace) is None


def test_an_uncommitted_record_is_not_stored(storage, ada):
    with storage.new_work() as work:
        work.idempotency.add(ada.id, a_record())

    assert find(storage, ada) is None


def test_expired_records_are_deleted(storage, ada, grace):
    for person in (ada, grace):
        keep(storage, person, a_record(), a_record("younger", NOON + TICK))

    with storage.new_work() as work:
        work.idempotency.remove_expired(ada.id, NOON + IDEMPOTENCY_KEY_LIFETIME)
        work.commit()

    assert find(storage, ada) is None
    for person in (ada, grace):
        assert find(storage, person, "younger")
