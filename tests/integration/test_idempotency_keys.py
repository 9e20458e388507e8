"""Keys of requests that are under way, which PostgreSQL alone can tell."""

from uuid import uuid4

import pytest

from application.idempotency import IdempotencyKeyInUse


def test_a_key_is_in_use_until_the_unit_of_work_ends(work_on):
    ada, grace = uuid4(), uuid4()
    with work_on() as first:
        first.answers.find_for_update(ada, "key")

        with work_on() as second, pytest.raises(IdempotencyKeyInUse):
            second.answers.find_for_update(ada, "key")
        with work_on() as other:
            assert other.answers.find_for_update(ada, "another key") is None
            assert other.answers.find_for_update(grace, "key") is None

    with work_on() as third:
        assert third.answers.find_for_update(ada, "key") is None
