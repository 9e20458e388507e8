from uuid import uuid4

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from application.preconditions import PreconditionFailed
from domain.accounts.errors import AccountDeleted
from domain.errors import Invalid
from domain.events.description import Title
from domain.events.errors import (
    CapacityExhausted,
    EventNotFound,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.event import EventChanges
from tests.builders import DAY, HOUR


def test_publishing_returns_the_event_as_it_is_read(world, ada):
    event = world.published(ada)

    assert world.get_event(event.id, ada) == event


def test_an_event_in_the_past_is_not_published(world, ada):
    world.clock.advance(2 * DAY)

    with pytest.raises(Invalid):
        world.published(ada)

    assert world.list_events(EventCriteria(), PageRequest(10, 0), ada).count == 0


def test_a_missing_account_cannot_publish(world):
    with pytest.raises(AccountDeleted):
        world.published(Caller(uuid4()))


def test_an_update_returns_the_event_as_it_is_read(world, ada):
    event = world.published(ada)
    world.attend_event(event.id, ada)

    edited = world.update_event(event.id, ada, EventChanges(title=Title("Coffee")))

    assert edited == world.get_event(event.id, ada)
    assert (edited.title, edited.is_attending) == ("Coffee", True)


def test_a_rejected_update_changes_nothing(world, ada, grace):
    event = world.published(ada)

    with pytest.raises(NotEventCreator):
        world.update_event(event.id, grace, EventChanges(title=Title("Mine")))
    with pytest.raises(NotEventCreator):
        world.delete_event(event.id, grace)

    assert world.get_event(event.id, ada) == event


def test_a_freed_last_seat_can_be_taken_by_another_person(world, ada, grace):
    event = world.published(ada, capacity=1)
    world.attend_event(event.id, ada)

    with pytest.raises(CapacityExhausted):
        world.attend_event(event.id, grace)
    world.cancel_attendance(event.id, ada)
    world.attend_event(event.id, grace)

    page = world.list_attendees(event.id, PageRequest(10, 0), ada)
    assert [attendee.id for attendee in page.results] == [grace.user_id]


def test_a_started_event_is_read_only(world, ada):
    event = world.published(ada)
    world.attend_event(event.id, ada)
    world.clock.advance(DAY)

    for act in (world.attend_event, world.cancel_attendance, world.delete_event):
        with pytest.raises(ReadOnlyEvent):
            act(event.id, ada)

    assert world.get_event(event.id, ada).status == "ongoing"
    world.clock.advance(HOUR)
    assert world.get_event(event.id, ada).status == "past"


def test_deleting_an_event_deletes_its_seats(world, ada):
    event = world.published(ada)
    world.attend_event(event.id, ada)

    world.delete_event(event.id, ada)

    for act in (world.attend_event, world.cancel_attendance, world.delete_event, world.get_event):
        with pytest.raises(EventNotFound):
            act(event.id, ada)
    assert world.list_events(EventCriteria(attending=True), PageRequest(10, 0), ada).count == 0


@pytest.mark.parametrize("action", ["attend_event", "cancel_attendance", "delete_event"])
def test_the_clock_is_read_after_the_wait_for_the_lock(world, ada, action, wait_a_day_for_locks):
    event = world.published(ada)
    wait_a_day_for_locks()

    with pytest.raises(ReadOnlyEvent):
        getattr(world, action)(event.id, ada)


def reject(_view):
    raise PreconditionFailed


def test_a_precondition_gets_the_event_and_can_stop_the_change(world, ada):
    event, seen = world.published(ada), []

    world.update_event(event.id, ada, EventChanges(title=Title("Coffee")), seen.append)
    assert seen[0] == seen[-1] == event

    edited = world.get_event(event.id, ada)
    with pytest.raises(PreconditionFailed):
        world.update_event(event.id, ada, EventChanges(title=Title("Water")), reject)
    with pytest.raises(PreconditionFailed):
        world.delete_event(event.id, ada, reject)
    assert world.get_event(event.id, ada) == edited


@pytest.mark.parametrize("act", ["update_event", "delete_event"])
def test_a_precondition_is_evaluated_after_the_rules(world, ada, grace, act):
    event = world.published(ada)
    changes = [EventChanges()] if act == "update_event" else []

    with pytest.raises(NotEventCreator):
        getattr(world, act)(event.id, grace, *changes, reject)
