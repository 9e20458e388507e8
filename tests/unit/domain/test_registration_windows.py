from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Invalid
from domain.events.description import Capacity, Title
from domain.events.errors import (
    CapacityExhausted,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
)
from domain.events.event import Event, EventChanges, NewEvent, Seat
from domain.events.registration import RegistrationWindow
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON, an_event

TICK = timedelta(microseconds=1)
START = NOON + DAY

# opens_at, closes_at
VALID_WINDOWS = [
    (None, None),
    (None, START),
    (START - TICK, None),
    (START - TICK, START),
    (NOON, NOON + TICK),
    (NOON - DAY, NOON - HOUR),
]
# opens_at, closes_at, and the invalid field
INVALID_WINDOWS = [
    (None, START + TICK, "registration_closes_at"),
    (NOON, START + TICK, "registration_closes_at"),
    (START, None, "registration_opens_at"),
    (START + TICK, None, "registration_opens_at"),
    (NOON, NOON, "registration_closes_at"),
    (NOON + TICK, NOON, "registration_closes_at"),
    (START, START, "registration_closes_at"),
]


def create(opens_at, closes_at):
    new = NewEvent(
        title=Title("Tea"),
        start_time=START,
        end_time=START + HOUR,
        capacity=Capacity(1),
        registration_opens_at=opens_at,
        registration_closes_at=closes_at,
    )
    return Event.create(new, uuid4(), uuid4(), now=NOON)


def with_window(opens_at, closes_at):
    return EventChanges(registration_opens_at=opens_at, registration_closes_at=closes_at)


@pytest.mark.parametrize(("opens_at", "closes_at"), VALID_WINDOWS)
def test_registration_opens_before_it_closes_and_closes_by_the_start(opens_at, closes_at):
    window = RegistrationWindow(opens_at, closes_at)
    event = an_event(start_time=START)

    event.edit(with_window(opens_at, closes_at), event.creator_id, NOON)

    assert event.registration == create(opens_at, closes_at).registration == window


@pytest.mark.parametrize(("opens_at", "closes_at", "field"), INVALID_WINDOWS)
def test_any_other_window_is_invalid(opens_at, closes_at, field):
    event = an_event(start_time=START)
    before = deepcopy(event)

    with pytest.raises(Invalid) as created:
        create(opens_at, closes_at)
    with pytest.raises(Invalid) as edited:
        event.edit(with_window(opens_at, closes_at), event.creator_id, NOON)

    assert created.value.field == edited.value.field == field
    assert event == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (EventChanges(start_time=NOON + 3 * HOUR - TICK), "registration_closes_at"),
        (EventChanges(registration_closes_at=NOON + HOUR), "registration_closes_at"),
        (EventChanges(registration_opens_at=NOON + 3 * HOUR), "registration_closes_at"),
        (
            EventChanges(start_time=NOON + HOUR, registration_closes_at=None),
            "registration_opens_at",
        ),
    ],
    ids=["starts before it closes", "closes at opening", "opens at closing", "opens at the start"],
)
def test_the_window_is_checked_with_the_fields_that_an_edit_leaves_out(changes, field):
    event = an_event(start_time=START, opens_at=NOON + HOUR, closes_at=NOON + 3 * HOUR)
    before = deepcopy(event)

    with pytest.raises(Invalid) as exc_info:
        event.edit(changes, event.creator_id, NOON)

    assert exc_info.value.field == field
    assert event == before


def test_the_start_can_move_to_the_end_of_registration_or_with_it():
    event = an_event(start_time=START, opens_at=NOON + HOUR, closes_at=NOON + 3 * HOUR)

    event.edit(EventChanges(start_time=NOON + 3 * HOUR), event.creator_id, NOON)
    event.edit(
        EventChanges(start_time=NOON + 2 * HOUR, registration_closes_at=NOON + 2 * HOUR),
        event.creator_id,
        NOON,
    )

    assert event.registration == RegistrationWindow(NOON + HOUR, NOON + 2 * HOUR)
    assert event.revision == 2


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        (EventChanges(registration_opens_at=None), (None, NOON + 3 * HOUR)),
        (EventChanges(registration_closes_at=None), (NOON + HOUR, None)),
        (with_window(None, None), (None, None)),
        (EventChanges(title=Title("Coffee")), (NOON + HOUR, NOON + 3 * HOUR)),
    ],
)
def test_none_removes_a_bound_and_a_field_left_out_keeps_it(changes, left):
    event = an_event(start_time=START, opens_at=NOON + HOUR, closes_at=NOON + 3 * HOUR)

    event.edit(changes, event.creator_id, NOON)

    assert event.registration == RegistrationWindow(*left)


@pytest.mark.parametrize("now", [NOON - DAY, NOON - TICK])
def test_nobody_can_register_before_registration_opens(now):
    event = an_event(start_time=START, opens_at=NOON)
    before = deepcopy(event)

    with pytest.raises(RegistrationNotOpen) as exc_info:
        event.attend(now)

    assert exc_info.value.registration_opens_at == NOON
    assert event == before


@pytest.mark.parametrize("now", [NOON, START - TICK])
def test_nobody_can_register_from_the_instant_at_which_registration_closes(now):
    event = an_event(start_time=START, closes_at=NOON)
    before = deepcopy(event)

    with pytest.raises(RegistrationClosed) as exc_info:
        event.attend(now)

    assert exc_info.value.registration_closes_at == NOON
    assert event == before


@pytest.mark.parametrize("now", [NOON, NOON + HOUR - TICK])
def test_people_can_register_from_the_opening_until_just_before_the_closing(now):
    event = an_event(start_time=START, opens_at=NOON, closes_at=NOON + HOUR)

    event.attend(now)

    assert event.seat.registered_at == now


@pytest.mark.parametrize("now", [NOON - TICK, NOON + HOUR])
def test_a_seat_is_kept_outside_the_window_and_can_be_given_up_there(now):
    seat = Seat(uuid4(), registered_at=NOON)
    window: Any = {"opens_at": NOON, "closes_at": NOON + HOUR}
    event = an_event(start_time=START, seat=seat, attendees_count=1, **window)
    before = deepcopy(event)

    event.attend(now)
    assert event == before
    event.cancel(now)

    assert (event.attendees_count, event.seat.is_taken) == (0, False)


@pytest.mark.parametrize(
    ("now", "error"),
    [
        (NOON - TICK, RegistrationNotOpen),
        (NOON, CapacityExhausted),
        (NOON + HOUR, RegistrationClosed),
        (START, ReadOnlyEvent),
    ],
)
def test_a_full_event_outside_its_window_reports_the_window(now, error):
    event = an_event(
        start_time=START, opens_at=NOON, closes_at=NOON + HOUR, capacity=1, attendees_count=1
    )

    with pytest.raises(error):
        event.attend(now)


def test_a_draft_can_have_a_window_and_publishing_keeps_it():
    window: Any = {"opens_at": NOON, "closes_at": NOON + HOUR}
    event = an_event(start_time=START, state=EventState.DRAFT, **window)

    event.publish(by=event.creator_id, now=NOON + 2 * HOUR)

    assert event.registration == RegistrationWindow(**window)


def test_registration_errors_include_the_time():
    assert "opens on 2030-05-17 at 12:00 UTC" in RegistrationNotOpen(NOON).detail
    assert "closed on 2030-05-17 at 12:00 UTC" in RegistrationClosed(NOON).detail
