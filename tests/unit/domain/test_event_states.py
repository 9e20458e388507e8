"""What is possible in which state, and at which instant."""

from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import Invalid
from domain.events.description import Capacity, Title
from domain.events.errors import (
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.event import Event, EventChanges, NewEvent, Seat
from domain.events.schedule import Schedule
from domain.events.state import ACCOUNT_DELETED, NO_REASON, CancellationReason, EventState
from tests.builders import DAY, HOUR, NOON, an_event

DRAFT, PUBLISHED, CANCELLED = EventState
TICK = timedelta(microseconds=1)
RAIN = CancellationReason("It rains.")
STARTED = pytest.mark.parametrize("now", [NOON, NOON + HOUR, NOON + DAY])


def actions(event, user_id, now):
    """Everything that changes an event, by its name."""
    return {
        "edit": lambda: event.edit(EventChanges(), user_id, now),
        "publish": lambda: event.publish(by=user_id, now=now),
        "call_off": lambda: event.call_off(RAIN, by=user_id, now=now),
        "delete": lambda: event.delete(by=user_id, now=now),
        "remove_attendee": lambda: event.remove_attendee(by=user_id, now=now),
        "attend": lambda: event.attend(now),
        "cancel": lambda: event.cancel(now),
        "join_waitlist": lambda: event.join_waitlist(now),
        "leave_waitlist": lambda: event.leave_waitlist(now),
    }


ACTIONS = list(actions(None, None, None))
CREATOR_ACTIONS = ACTIONS[:5]


def own_event(**fields):
    """An event with the seat of its creator."""
    creator_id = uuid4()
    return an_event(creator_id=creator_id, seat=Seat(creator_id), **fields)


def new_event(**fields):
    times = {"start_time": NOON + HOUR, "end_time": NOON + DAY}
    return NewEvent(title=Title("Tea"), capacity=Capacity(1), **times | fields)


def create(new):
    return Event.create(new, uuid4(), uuid4(), now=NOON)


# Creating


def test_a_new_event_is_published_unless_it_is_created_as_a_draft():
    event, draft = create(new_event()), create(new_event(state=DRAFT))

    assert (event.state, event.published_at) == (PUBLISHED, NOON)
    assert (draft.state, draft.published_at) == (DRAFT, None)
    assert event.cancelled_at is draft.cancelled_at is None
    assert event.cancellation_reason is draft.cancellation_reason is None


def test_a_new_event_cannot_be_cancelled():
    with pytest.raises(Invalid) as exc_info:
        create(new_event(state=CANCELLED))

    assert exc_info.value.field == "state"


def test_a_draft_must_be_in_the_future_when_it_is_created():
    with pytest.raises(Invalid):
        create(new_event(state=DRAFT, start_time=NOON))


# Publishing


def test_publishing_a_draft_makes_it_a_published_event():
    event = an_event(state=DRAFT)
    before = deepcopy(event)

    event.publish(by=event.creator_id, now=NOON)

    assert (event.state, event.published_at) == (PUBLISHED, NOON)
    assert (event.updated_at, event.revision) == (NOON, before.revision + 1)
    event.state, event.published_at = before.state, before.published_at
    event.updated_at, event.revision = before.updated_at, before.revision
    assert event == before


@pytest.mark.parametrize("now", [NOON, NOON + HOUR - TICK, NOON + HOUR, NOON + DAY])
def test_publishing_twice_changes_nothing_even_after_the_start(now):
    event = an_event(state=DRAFT)
    event.publish(by=event.creator_id, now=NOON)
    before = deepcopy(event)

    event.publish(by=event.creator_id, now=now)

    assert event == before


def test_a_cancelled_event_cannot_be_published():
    event = an_event(state=CANCELLED)

    with pytest.raises(EventCancelled):
        event.publish(by=event.creator_id, now=NOON)


def test_a_draft_can_be_published_until_its_start():
    event = an_event(state=DRAFT, start_time=NOON)

    event.publish(by=event.creator_id, now=NOON - TICK)

    assert event.state is PUBLISHED


@STARTED
def test_a_draft_whose_start_has_passed_cannot_be_published(now):
    event = an_event(state=DRAFT, start_time=NOON)
    before = deepcopy(event)

    with pytest.raises(Invalid) as exc_info:
        event.publish(by=event.creator_id, now=now)

    assert exc_info.value.field == "start_time"
    assert event == before


# Calling off


@pytest.mark.parametrize("reason", [RAIN, NO_REASON, ACCOUNT_DELETED])
def test_calling_off_cancels_an_event_and_changes_nothing_else(reason):
    event = an_event(attendees_count=3, opens_at=NOON - HOUR, closes_at=NOON + HOUR)
    event.seat = Seat(uuid4(), registered_at=NOON - HOUR)
    before = deepcopy(event)

    event.call_off(reason, by=event.creator_id, now=NOON)

    assert (event.state, event.cancelled_at) == (CANCELLED, NOON)
    assert event.cancellation_reason == reason
    assert (event.updated_at, event.revision) == (NOON, before.revision + 1)
    event.state, event.cancelled_at, event.cancellation_reason = PUBLISHED, None, None
    event.updated_at, event.revision = before.updated_at, before.revision
    assert event == before


@pytest.mark.parametrize("now", [NOON, NOON + HOUR - TICK, NOON + HOUR, NOON + DAY])
def test_calling_off_twice_keeps_the_first_reason_even_after_the_start(now):
    event = an_event()
    event.call_off(RAIN, by=event.creator_id, now=NOON)
    before = deepcopy(event)

    event.call_off(NO_REASON, by=event.creator_id, now=now)

    assert event == before


def test_an_event_can_be_called_off_until_its_start():
    event = an_event(start_time=NOON)

    event.call_off(RAIN, by=event.creator_id, now=NOON - TICK)

    assert event.state is CANCELLED


@STARTED
def test_a_started_event_cannot_be_called_off(now):
    event = an_event(start_time=NOON, end_time=NOON + HOUR)
    before = deepcopy(event)

    with pytest.raises(ReadOnlyEvent):
        event.call_off(RAIN, by=event.creator_id, now=now)

    assert event == before


@pytest.mark.parametrize("now", [NOON - TICK, NOON])
def test_a_draft_cannot_be_called_off(now):
    event = an_event(state=DRAFT, start_time=NOON)

    with pytest.raises(EventNotPublished):
        event.call_off(RAIN, by=event.creator_id, now=now)

    event.delete(by=event.creator_id, now=now)
    assert event.state is DRAFT


@pytest.mark.parametrize("action", ["publish", "call_off"])
def test_updated_at_increases_with_every_transition_even_if_the_clock_goes_back(action):
    event = an_event(state=DRAFT if action == "publish" else PUBLISHED, updated_at=NOON)

    actions(event, event.creator_id, NOON - HOUR)[action]()

    assert event.updated_at == NOON + TICK


# Who


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("now", [NOON - TICK, NOON])
def test_a_draft_of_someone_else_does_not_exist(action, now):
    event = an_event(state=DRAFT, start_time=NOON)

    with pytest.raises(EventNotFound):
        actions(event, event.seat.user_id, now)[action]()


@pytest.mark.parametrize("action", CREATOR_ACTIONS)
@pytest.mark.parametrize("state", [PUBLISHED, CANCELLED])
@pytest.mark.parametrize("now", [NOON - TICK, NOON])
def test_not_event_creator_takes_precedence_over_the_state_and_the_time(action, state, now):
    event = an_event(state=state, start_time=NOON)

    with pytest.raises(NotEventCreator):
        actions(event, uuid4(), now)[action]()


# Attending


@pytest.mark.parametrize("now", [NOON - TICK, NOON])
def test_the_creator_of_a_draft_has_to_publish_it_before_attending(now):
    event = own_event(state=DRAFT, start_time=NOON)

    with pytest.raises(EventNotPublished):
        event.attend(now)


@pytest.mark.parametrize("now", [NOON - TICK, NOON])
@pytest.mark.parametrize("registered_at", [None, NOON - HOUR])
def test_a_cancelled_event_cannot_be_attended_even_with_a_seat(now, registered_at):
    event = an_event(state=CANCELLED, start_time=NOON, seat=Seat(uuid4(), registered_at))
    before = deepcopy(event)

    with pytest.raises(EventCancelled):
        event.attend(now)

    assert event == before


def test_a_full_cancelled_event_is_reported_as_cancelled():
    event = an_event(state=CANCELLED, capacity=1, attendees_count=1)

    with pytest.raises(EventCancelled):
        event.attend(NOON)


def test_a_seat_at_a_cancelled_event_can_be_given_up_until_the_start():
    event = an_event(state=CANCELLED, start_time=NOON, attendees_count=2)
    event.seat = Seat(uuid4(), registered_at=NOON - HOUR)

    event.cancel(NOON - TICK)

    assert not event.seat.is_taken
    assert (event.attendees_count, event.state, event.revision) == (1, CANCELLED, 0)
    with pytest.raises(ReadOnlyEvent):
        event.cancel(NOON)


def test_a_seat_given_up_after_the_call_off_cannot_be_taken_again():
    event = an_event(capacity=1)
    event.attend(NOON)
    event.call_off(RAIN, by=event.creator_id, now=NOON)
    event.cancel(NOON)

    with pytest.raises(EventCancelled):
        event.attend(NOON)

    assert event.attendees_count == 0


def test_publishing_makes_a_draft_attendable():
    event = own_event(state=DRAFT, capacity=1)
    event.publish(by=event.creator_id, now=NOON)

    event.attend(NOON)

    assert event.seat.is_taken
    event.seat = Seat(uuid4())
    with pytest.raises(CapacityExhausted):
        event.attend(NOON)


# Editing and deleting


@pytest.mark.parametrize("now", [NOON - TICK, NOON])
def test_a_cancelled_event_cannot_be_edited(now):
    event = an_event(state=CANCELLED, start_time=NOON)
    before = deepcopy(event)

    with pytest.raises(EventCancelled):
        event.edit(EventChanges(title=Title("Coffee")), event.creator_id, now)

    assert event == before


def test_editing_a_draft_keeps_it_a_draft():
    event = an_event(state=DRAFT)

    event.edit(EventChanges(title=Title("Coffee")), event.creator_id, NOON)

    assert (event.title, event.state, event.published_at) == ("Coffee", DRAFT, None)
    assert event.revision == 1


@STARTED
def test_a_draft_whose_start_has_passed_can_only_be_edited_with_new_times(now):
    event = an_event(state=DRAFT, start_time=NOON, end_time=NOON + 3 * DAY)
    before = deepcopy(event)

    with pytest.raises(Invalid) as exc_info:
        event.edit(EventChanges(title=Title("Coffee")), event.creator_id, now)
    assert exc_info.value.field == "start_time"
    assert event == before

    event.edit(EventChanges(start_time=now + TICK), event.creator_id, now)
    assert event.schedule == Schedule(now + TICK, NOON + 3 * DAY)
    event.publish(by=event.creator_id, now=now)


def test_a_cancelled_event_can_be_deleted_until_its_start():
    event = an_event(state=CANCELLED, start_time=NOON)

    event.delete(by=event.creator_id, now=NOON - TICK)
    with pytest.raises(ReadOnlyEvent):
        event.delete(by=event.creator_id, now=NOON)


@STARTED
def test_a_draft_can_be_deleted_at_any_time(now):
    event = an_event(state=DRAFT, start_time=NOON)

    event.delete(by=event.creator_id, now=now)
