from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Invalid
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.errors import CapacityBelowAttendance, NotEventCreator, ReadOnlyEvent
from domain.events.event import Event, EventChanges, NewEvent
from domain.events.registration import RegistrationWindow
from domain.events.schedule import Schedule
from domain.events.time_zone import TimeZone
from tests.builders import DAY, HOUR, NOON, an_event

NO_CHANGES = EventChanges()


def test_a_new_event_has_no_attendees_not_even_its_creator():
    creator_id = uuid4()

    new = NewEvent(
        title=Title("Tea"),
        start_time=NOON + HOUR,
        end_time=NOON + DAY,
        capacity=Capacity(1),
    )
    event = Event.create(new, uuid4(), creator_id, now=NOON)

    assert event.attendees_count == 0
    assert event.seat.user_id == creator_id
    assert not event.seat.is_taken
    assert event.created_at == event.updated_at == NOON


def test_an_edit_changes_only_the_given_fields():
    event = an_event(capacity=10)
    before = deepcopy(event)

    event.edit(EventChanges(title=Title("Coffee")), event.creator_id, now=NOON)

    assert event.title == "Coffee"
    assert event.updated_at == NOON
    assert event.revision == before.revision + 1
    event.title, event.updated_at, event.revision = before.title, NOON - DAY, before.revision
    assert event == before


@pytest.mark.parametrize("now", [NOON, NOON - HOUR], ids=["stands still", "goes back"])
def test_updated_at_increases_with_every_edit_even_if_the_clock_does_not(now):
    event = an_event()
    event.edit(EventChanges(title=Title("Coffee")), event.creator_id, now=NOON)

    event.edit(EventChanges(title=Title("Tea")), event.creator_id, now=now)

    assert event.updated_at > NOON


def test_an_edit_without_a_difference_makes_no_new_version():
    event = an_event(capacity=10)
    before = deepcopy(event)

    event.edit(NO_CHANGES, event.creator_id, now=NOON)
    event.edit(EventChanges(title=event.title, capacity=Capacity(10)), event.creator_id, now=NOON)

    assert event == before


def test_every_field_can_be_edited_at_once():
    event = an_event()
    times: Any = {"start_time": NOON + DAY, "end_time": NOON + 2 * DAY}
    window: Any = {"registration_opens_at": NOON, "registration_closes_at": NOON + HOUR}
    details: Any = {
        "title": Title("New"),
        "description": Description(""),
        "capacity": Capacity(7),
        "type": EventType.SOCIAL,
        "location": Location("The garden"),
        "timezone": TimeZone("Europe/Berlin"),
        "visibility": Visibility.UNLISTED,
        "attendees_visible_to": AttendeesVisibleTo.ORGANISER,
        "waitlist_enabled": False,
    }
    changes: EventChanges = times | window | details
    assert changes.keys() == EventChanges.__annotations__.keys()

    event.edit(changes, event.creator_id, now=NOON)

    assert event.schedule == Schedule(*times.values())
    assert event.registration == RegistrationWindow(*window.values())
    assert {name: getattr(event, name) for name in details} == details
    assert event.revision == 1


def test_only_the_creator_may_edit_or_delete():
    event = an_event()

    with pytest.raises(NotEventCreator):
        event.edit(NO_CHANGES, uuid4(), now=NOON)
    with pytest.raises(NotEventCreator):
        event.delete(by=uuid4(), now=NOON)


@pytest.mark.parametrize("hours_after_start", [0, 1, 2])
def test_a_started_event_cannot_be_edited_or_deleted(hours_after_start):
    event = an_event(start_time=NOON, end_time=NOON + HOUR)
    now = NOON + hours_after_start * HOUR

    with pytest.raises(ReadOnlyEvent):
        event.edit(NO_CHANGES, event.creator_id, now)
    with pytest.raises(ReadOnlyEvent):
        event.delete(by=event.creator_id, now=now)


def test_the_creator_may_delete_an_upcoming_event():
    event = an_event()

    event.delete(by=event.creator_id, now=NOON)


def test_not_event_creator_takes_precedence_over_read_only_event():
    event = an_event(start_time=NOON)

    with pytest.raises(NotEventCreator):
        event.edit(NO_CHANGES, uuid4(), now=NOON)
    with pytest.raises(NotEventCreator):
        event.delete(by=uuid4(), now=NOON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (EventChanges(start_time=NOON), "start_time"),
        (EventChanges(start_time=NOON - HOUR), "start_time"),
        (EventChanges(end_time=NOON), "end_time"),
        (EventChanges(end_time=NOON + HOUR), "end_time"),
        (EventChanges(start_time=NOON + 2 * HOUR), "end_time"),
        (EventChanges(start_time=NOON + 5 * HOUR, end_time=NOON + 4 * HOUR), "end_time"),
    ],
    ids=["start is now", "start was", "end is now", "end at start", "start at end", "reversed"],
)
def test_the_merged_times_must_be_in_the_future_and_in_order(changes, field):
    event = an_event(start_time=NOON + HOUR, end_time=NOON + 2 * HOUR)
    before = deepcopy(event)

    with pytest.raises(Invalid) as exc_info:
        event.edit(changes, event.creator_id, now=NOON)

    assert exc_info.value.field == field
    assert event == before


def test_both_times_can_be_moved_together():
    event = an_event(start_time=NOON + HOUR, end_time=NOON + 2 * HOUR)

    event.edit(
        EventChanges(start_time=NOON + 3 * HOUR, end_time=NOON + 4 * HOUR),
        event.creator_id,
        now=NOON,
    )

    assert event.schedule == Schedule(NOON + 3 * HOUR, NOON + 4 * HOUR)


def test_capacity_can_be_lowered_to_the_attendee_count_but_not_below():
    event = an_event(capacity=10, attendees_count=4)

    event.edit(EventChanges(capacity=Capacity(4)), event.creator_id, now=NOON)
    with pytest.raises(CapacityBelowAttendance):
        event.edit(
            EventChanges(title=Title("Too few"), capacity=Capacity(3)), event.creator_id, now=NOON
        )

    assert event.capacity == 4
    assert event.title != "Too few"
