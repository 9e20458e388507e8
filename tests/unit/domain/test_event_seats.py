from copy import deepcopy

import pytest

from domain.events.errors import CapacityExhausted, ReadOnlyEvent
from domain.events.event import Seat
from tests.builders import HOUR, NOON, an_event


def test_attending_takes_a_seat():
    event = an_event(capacity=2, attendees_count=1)

    event.attend(now=NOON)

    assert event.attendees_count == 2
    assert event.seat.registered_at == NOON


def test_a_full_event_rejects_another_attendee():
    event = an_event(capacity=1, attendees_count=1)

    with pytest.raises(CapacityExhausted):
        event.attend(now=NOON)

    assert event.attendees_count == 1
    assert not event.seat.is_taken


@pytest.mark.parametrize("capacity", [1, 2])
def test_attending_twice_changes_nothing_even_if_full(capacity):
    event = an_event(capacity=capacity)
    event.attend(now=NOON)
    before = deepcopy(event)

    event.attend(now=NOON + HOUR / 2)

    assert event == before


def test_cancelling_frees_the_seat():
    event = an_event(capacity=1)
    event.attend(now=NOON)

    event.cancel(now=NOON)

    assert event.attendees_count == 0
    assert not event.seat.is_taken


def test_cancelling_without_attending_changes_nothing():
    event = an_event(attendees_count=3)
    before = deepcopy(event)

    event.cancel(now=NOON)

    assert event == before


@pytest.mark.parametrize("action", ["attend", "cancel"])
@pytest.mark.parametrize("hours_after_start", [0, 0.5, 1, 24])
def test_a_started_event_cannot_be_attended_or_cancelled(action, hours_after_start):
    event = an_event(start_time=NOON, end_time=NOON + HOUR)

    with pytest.raises(ReadOnlyEvent):
        getattr(event, action)(now=NOON + hours_after_start * HOUR)


def test_an_attendee_of_a_started_event_keeps_the_seat():
    event = an_event(start_time=NOON, attendees_count=1)
    seat = event.seat = Seat(event.seat.user_id, registered_at=NOON - HOUR)

    with pytest.raises(ReadOnlyEvent):
        event.cancel(now=NOON)

    assert event.seat == seat
    assert event.attendees_count == 1


def test_attending_is_possible_until_the_start():
    event = an_event(start_time=NOON)

    event.attend(now=NOON.replace(hour=11, minute=59, second=59, microsecond=999_999))

    assert event.seat.is_taken
