"""Every change of an event records what happened; what changes nothing records nothing."""

from typing import Any
from uuid import uuid4

import pytest

from domain.errors import DomainError
from domain.events.description import Capacity, Location, Title
from domain.events.event import Event, EventChanges, NewEvent, Seat
from domain.events.messages import Message, MessageType
from domain.events.state import NO_REASON, EventState
from domain.events.waitlist import WaitlistEntry
from tests.builders import DAY, HOUR, NOON, an_event

DRAFT, PUBLISHED, CANCELLED = EventState
ADA = uuid4()


def her_event(**fields):
    """An event of Ada's, with her place."""
    values: Any = {"creator_id": ADA, "seat": Seat(ADA)}
    return an_event(**values | fields)


def with_her_seat(**fields):
    return her_event(seat=Seat(ADA, NOON - HOUR), attendees_count=1, **fields)


def with_her_entry(**fields):
    return her_event(
        waitlist_entry=WaitlistEntry(ADA, 1, NOON - HOUR),
        waitlist_count=1,
        **{"capacity": 1, "attendees_count": 1} | fields,
    )


def nobody(_event_id, _limit):
    return []


CHANGES = {
    "publish": (
        lambda event: event.publish(by=ADA, now=NOON),
        her_event(state=DRAFT),
        Message(MessageType.EVENT_PUBLISHED, NOON),
    ),
    "edit": (
        lambda event: event.edit(EventChanges(title=Title("Coffee")), ADA, NOON),
        her_event(),
        Message(MessageType.EVENT_UPDATED, NOON, previous={"title": "Tea for two"}),
    ),
    "edit a draft": (
        lambda event: event.edit(EventChanges(title=Title("Coffee")), ADA, NOON),
        her_event(state=DRAFT),
        Message(MessageType.EVENT_UPDATED, NOON, previous={"title": "Tea for two"}),
    ),
    "call off": (
        lambda event: event.call_off(NO_REASON, by=ADA, now=NOON),
        her_event(),
        Message(MessageType.EVENT_CANCELLED, NOON),
    ),
    "delete": (
        lambda event: event.delete(by=ADA, now=NOON),
        her_event(),
        Message(MessageType.EVENT_DELETED, NOON),
    ),
    "delete a draft": (
        lambda event: event.delete(by=ADA, now=NOON),
        her_event(state=DRAFT),
        Message(MessageType.EVENT_DELETED, NOON),
    ),
    "attend": (
        lambda event: event.attend(NOON),
        her_event(),
        Message(MessageType.ATTENDANCE_CREATED, NOON, ADA),
    ),
    "cancel": (
        lambda event: event.cancel(NOON),
        with_her_seat(),
        Message(MessageType.ATTENDANCE_CANCELLED, NOON, ADA),
    ),
    "remove an attendee": (
        lambda event: event.remove_attendee(by=ADA, now=NOON),
        with_her_seat(),
        Message(MessageType.ATTENDANCE_CANCELLED, NOON, ADA),
    ),
    "join the waitlist": (
        lambda event: event.join_waitlist(NOON),
        her_event(capacity=1, attendees_count=1),
        Message(MessageType.WAITLIST_JOINED, NOON, ADA),
    ),
    "leave the waitlist": (
        lambda event: event.leave_waitlist(NOON),
        with_her_entry(),
        Message(MessageType.WAITLIST_LEFT, NOON, ADA),
    ),
}


@pytest.mark.parametrize(("act", "event", "message"), CHANGES.values(), ids=CHANGES)
def test_every_change_is_recorded_once(act, event, message):
    act(event)

    assert event.messages == [message]


NO_CHANGES = {
    "publish again": (lambda event: event.publish(by=ADA, now=NOON), her_event()),
    "an edit without a difference": (
        lambda event: event.edit(EventChanges(title=event.title), ADA, NOON),
        her_event(),
    ),
    "call off again": (
        lambda event: event.call_off(NO_REASON, by=ADA, now=NOON),
        her_event(state=CANCELLED),
    ),
    "attend again": (lambda event: event.attend(NOON), with_her_seat()),
    "cancel without a seat": (lambda event: event.cancel(NOON), her_event()),
    "join the waitlist again": (lambda event: event.join_waitlist(NOON), with_her_entry()),
    "leave without waiting": (lambda event: event.leave_waitlist(NOON), her_event()),
    "promote nobody": (lambda event: event.promote(nobody, NOON), with_her_entry()),
}


@pytest.mark.parametrize(("act", "event"), NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_changes_nothing_records_nothing(act, event):
    act(event)

    assert event.messages == []


ERRORS = {
    "edit": lambda event: event.edit(EventChanges(capacity=Capacity(1)), ADA, NOON),
    "call off": lambda event: event.call_off(NO_REASON, by=ADA, now=NOON),
    "delete": lambda event: event.delete(by=ADA, now=NOON),
    "attend": lambda event: event.attend(NOON),
    "cancel": lambda event: event.cancel(NOON),
    "remove an attendee": lambda event: event.remove_attendee(by=ADA, now=NOON),
    "join the waitlist": lambda event: event.join_waitlist(NOON),
    "leave the waitlist": lambda event: event.leave_waitlist(NOON),
}


@pytest.mark.parametrize("act", ERRORS.values(), ids=ERRORS)
def test_what_is_refused_records_nothing(act):
    started = with_her_seat(start_time=NOON)

    with pytest.raises(DomainError):
        act(started)

    assert started.messages == []


@pytest.mark.parametrize(
    ("state", "types"), [(PUBLISHED, [MessageType.EVENT_PUBLISHED]), (DRAFT, [])]
)
def test_a_new_event_is_a_message_unless_it_is_a_draft(state, types):
    new = NewEvent(
        title=Title("Tea"),
        start_time=NOON + HOUR,
        end_time=NOON + DAY,
        capacity=Capacity(1),
        state=state,
    )

    event = Event.create(new, uuid4(), ADA, NOON)

    assert [message.type for message in event.messages] == types


def test_an_update_has_the_previous_values_of_all_fields_that_differ():
    event = her_event(closes_at=NOON)
    changes = EventChanges(
        title=event.title,
        start_time=NOON + 2 * HOUR,
        end_time=event.schedule.end_time + HOUR,
        location=Location("The garden"),
        registration_closes_at=None,
    )

    event.edit(changes, ADA, NOON)

    assert event.messages[0].previous == {
        "start_time": NOON + HOUR,
        "end_time": NOON + 2 * HOUR,
        "location": "",
        "registration_closes_at": NOON,
    }


def test_whoever_finds_a_free_seat_while_waiting_leaves_the_waitlist_and_attends():
    event = with_her_entry(attendees_count=0)

    event.attend(NOON)

    assert event.messages == [
        Message(MessageType.WAITLIST_LEFT, NOON, ADA),
        Message(MessageType.ATTENDANCE_CREATED, NOON, ADA),
    ]


def test_a_freed_seat_and_each_promotion_are_messages_in_order():
    grace = WaitlistEntry(uuid4(), 1, NOON - HOUR)
    event = with_her_seat(capacity=1, waitlist_count=1)

    event.cancel(NOON)
    event.promote(lambda _event_id, limit: [grace][:limit], NOON)

    assert event.messages == [
        Message(MessageType.ATTENDANCE_CANCELLED, NOON, ADA),
        Message(MessageType.ATTENDANCE_PROMOTED, NOON, grace.user_id),
    ]


def test_the_promotion_of_the_loaded_user_is_a_message_too():
    event = with_her_entry(attendees_count=0)

    event.promote(lambda _event_id, _limit: [event.waitlist_entry], NOON)

    assert event.messages == [Message(MessageType.ATTENDANCE_PROMOTED, NOON, ADA)]
