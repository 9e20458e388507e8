"""Keys of requests that are under way, which PostgreSQL alone can tell."""

from uuid import uuid4

import pytest

from application.idempotency import (
    KEPT_FOR,
    IdempotencyKeyInUse,
    IdempotentRequest,
    KeptAnswer,
)
from application.ports.event_queries import EventView
from tests.builders import NOON, a_user, an_event
from tests.postgres import run_in


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


def expired_answer(creator, key):
    event = EventView.of(an_event(creator_id=creator.id), creator.username, NOON)
    return KeptAnswer(IdempotentRequest(key, b""), event, answered_at=NOON - KEPT_FOR)


@pytest.fixture
def ada_and_grace(work_on):
    """Each has an answer that need not be kept any longer."""
    people = a_user("ada"), a_user("grace")
    with work_on() as work:
        for person in people:
            work.users.add(person)
            work.answers.add(person.id, expired_answer(person, "key"))
        work.commit()
    return people


def test_whoever_uses_a_key_forgets_those_of_others_too(work_on, ada_and_grace):
    ada, grace = ada_and_grace
    with work_on() as work:
        work.answers.remove_expired(ada.id, NOON)
        work.commit()

    with work_on() as work:
        assert work.answers.find_for_update(grace.id, "key") is None


def test_answers_of_others_that_are_locked_are_not_waited_for(work_on, ada_and_grace):
    ada, grace = ada_and_grace
    with work_on() as other:
        run_in(other, f"SELECT FROM idempotency_keys WHERE user_id = '{grace.id}' FOR UPDATE")

        with work_on() as work:  # would be told that a lock is held
            work.answers.remove_expired(ada.id, NOON)
            work.commit()

    with work_on() as work:
        assert work.answers.find_for_update(ada.id, "key") is None
        assert work.answers.find_for_update(grace.id, "key")
