"""Who waits for a seat, and who gets the next one."""

from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.events.description import Capacity, Title
from domain.events.errors import (
    AlreadyAttending,
    AttendeeNotFound,
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
    SeatsAvailable,
    WaitlistDisabled,
    WaitlistFull,
)
from domain.events.event import Event, EventChanges, NewEvent, Seat
from domain.events.state import EventState
from domain.events.waitlist import MAX_WAITING, WaitlistEntry
from tests.builders import DAY, HOUR, NOON, an_event

DRAFT, PUBLISHED, CANCELLED = EventState
TICK = timedelta(microseconds=1)
BEFORE = NOON - HOUR


def a_full_event(capacity=1, **fields):
    return an_event(capacity=capacity, **{"attendees_count": capacity} | fields)


def create(**fields):
    times = {"start_time": NOON + HOUR, "end_time": NOON + DAY}
    new = NewEvent(title=Title("Tea"), capacity=Capacity(1), **times | fields)
    return Event.create(new, uuid4(), uuid4(), NOON)


def with_own_entry(event, number=1):
    """The user of the loaded event waits."""
    event.waitlist_entry = WaitlistEntry(event.seat.user_id, number, BEFORE)
    event.waitlist_count += 1
    event.last_waitlist_number = max(number, event.last_waitlist_number)
    return event


def with_own_seat(event):
    event.seat = Seat(event.seat.user_id, registered_at=BEFORE)
    return event


def of_another_user(event):
    """The same event with the place of a user who neither attends nor waits."""
    event.seat, event.waitlist_entry = Seat(uuid4()), None
    return event


def a_line(number):
    return [WaitlistEntry(uuid4(), each, BEFORE) for each in range(1, number + 1)]


def next_in(line, event):
    return lambda event_id, limit: {event.id: line}[event_id][:limit]


def nobody_should_be_read(_event_id, _limit):
    raise AssertionError


def changed(event, before):
    """The names of the fields that changed, without what it recorded about that."""
    values = vars(event).items()
    return {name for name, value in values if value != getattr(before, name)} - {"messages"}


# Creating and editing


def test_a_new_event_has_an_empty_waitlist_that_is_enabled_by_default():
    event = create()

    assert event.waitlist_enabled
    assert not create(waitlist_enabled=False).waitlist_enabled
    assert (event.waitlist_count, event.last_waitlist_number, event.waitlist_entry) == (0, 0, None)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_disabling_or_enabling_the_waitlist_is_an_edit(is_enabled):
    event = with_own_entry(a_full_event(waitlist_enabled=not is_enabled))
    before = deepcopy(event)

    for _ in range(2):  # the second time, nothing differs
        event.edit(EventChanges(waitlist_enabled=is_enabled), event.creator_id, NOON)

    assert event.waitlist_enabled is is_enabled
    assert (event.revision, event.updated_at) == (1, NOON)
    assert changed(event, before) == {"waitlist_enabled", "revision", "updated_at"}


# Joining


def test_whoever_joins_goes_to_the_end_of_the_line():
    event = a_full_event(waitlist_count=2, last_waitlist_number=7)
    before = deepcopy(event)

    entry = event.join_waitlist(NOON)

    assert entry == event.waitlist_entry == WaitlistEntry(event.seat.user_id, 8, joined_at=NOON)
    assert (event.waitlist_count, event.last_waitlist_number) == (3, 8)
    assert changed(event, before) == {"waitlist_entry", "waitlist_count", "last_waitlist_number"}


def test_whoever_leaves_and_rejoins_gets_a_new_number_at_the_end_of_the_line():
    event = a_full_event()

    first = event.join_waitlist(NOON)
    event.leave_waitlist(NOON)
    second = event.join_waitlist(NOON + TICK)

    assert (first.number, second.number) == (1, 2)
    assert second.joined_at == NOON + TICK
    assert event.waitlist_count == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"waitlist_enabled": False},
        {"closes_at": NOON},
        {"opens_at": NOON + TICK},
        {"attendees_count": 0},
        {"waitlist_count": MAX_WAITING - 1},
    ],
    ids=["full", "disabled", "closed", "not open", "seats available", "waitlist full"],
)
def test_joining_twice_changes_nothing_even_if_nobody_else_can_join(fields):
    event = with_own_entry(a_full_event(**fields))
    before = deepcopy(event)

    assert event.join_waitlist(NOON) == before.waitlist_entry

    assert event == before


# In the order in which they are reported, with what causes each.
OBSTACLES = [
    (ReadOnlyEvent, {"start_time": NOON}),
    (AlreadyAttending, {"seat": Seat(uuid4(), registered_at=BEFORE)}),
    (RegistrationClosed, {"closes_at": NOON}),
    (SeatsAvailable, {"attendees_count": 0}),
    (WaitlistDisabled, {"waitlist_enabled": False}),
    (WaitlistFull, {"waitlist_count": MAX_WAITING}),
]


def with_obstacles(obstacles, **fields):
    for _, obstacle in obstacles:
        fields |= obstacle
    return a_full_event(**fields)


def assert_cannot_join(event, error, now=NOON):
    before = deepcopy(event)
    with pytest.raises(error) as exc_info:
        event.join_waitlist(now)
    assert event == before
    return exc_info.value


@pytest.mark.parametrize("first", range(len(OBSTACLES)))
def test_if_there_are_several_reasons_not_to_join_the_first_is_reported(first):
    obstacles = OBSTACLES[first:]
    error = obstacles[0][0]

    assert_cannot_join(with_obstacles(obstacles), error)
    assert_cannot_join(with_obstacles(obstacles[:1]), error)


def test_registration_that_has_not_opened_is_reported_before_free_seats():
    event = with_obstacles(OBSTACLES[3:], opens_at=NOON + TICK)

    assert_cannot_join(event, RegistrationNotOpen)


def test_the_state_is_reported_before_all_other_reasons():
    assert_cannot_join(with_obstacles(OBSTACLES, state=CANCELLED), EventCancelled)
    draft = with_obstacles(OBSTACLES, state=DRAFT)
    assert_cannot_join(draft, EventNotFound)
    draft.creator_id = draft.seat.user_id
    assert_cannot_join(draft, EventNotPublished)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"start_time": NOON}, ReadOnlyEvent),
        ({"closes_at": NOON}, RegistrationClosed),
    ],
)
def test_people_can_join_until_the_start_or_the_end_of_registration(fields, error):
    assert_cannot_join(a_full_event(**fields), error)

    assert a_full_event(**fields).join_waitlist(NOON - TICK).joined_at == NOON - TICK


def test_people_can_join_from_the_opening_of_registration():
    event = a_full_event(opens_at=NOON)

    assert_cannot_join(event, RegistrationNotOpen, NOON - TICK)

    assert event.join_waitlist(NOON)


def test_ten_thousand_people_can_wait():
    event = a_full_event(waitlist_count=9_999)
    event.join_waitlist(NOON)
    assert event.waitlist_count == 10_000

    error = assert_cannot_join(of_another_user(event), WaitlistFull)

    assert error.max_waiting == 10_000
    assert "10,000 people" in error.detail


def test_the_creator_can_join():
    event = a_full_event()
    event.creator_id = event.seat.user_id

    assert event.join_waitlist(NOON).number == 1


# Leaving


@pytest.mark.parametrize(
    "fields",
    [{}, {"waitlist_enabled": False}, {"closes_at": BEFORE}, {"state": CANCELLED}],
    ids=["open", "disabled", "closed", "cancelled"],
)
def test_people_can_leave_the_waitlist_until_the_start(fields):
    event = with_own_entry(a_full_event(start_time=NOON, waitlist_count=4, **fields))
    before = deepcopy(event)

    event.leave_waitlist(NOON - TICK)

    assert event.waitlist_entry is None
    assert event.waitlist_count == 4
    assert changed(event, before) == {"waitlist_entry", "waitlist_count"}


@pytest.mark.parametrize("state", [PUBLISHED, CANCELLED])
@pytest.mark.parametrize("is_waiting", [True, False])
def test_nobody_leaves_the_waitlist_of_a_started_event(state, is_waiting):
    event = a_full_event(start_time=NOON, state=state)
    if is_waiting:
        with_own_entry(event)
    before = deepcopy(event)

    with pytest.raises(ReadOnlyEvent):
        event.leave_waitlist(NOON)

    assert event == before


def test_leaving_the_waitlist_without_waiting_changes_nothing():
    event = a_full_event(waitlist_count=3)
    attended = with_own_seat(a_full_event(waitlist_count=3))
    before = deepcopy((event, attended))

    event.leave_waitlist(NOON)
    attended.leave_waitlist(NOON)

    assert (event, attended) == before


# Attending


def test_attending_a_full_event_does_not_join_the_waitlist():
    event = a_full_event()
    before = deepcopy(event)

    with pytest.raises(CapacityExhausted):
        event.attend(NOON)

    assert event == before


def test_a_waiting_person_who_finds_a_free_seat_takes_it_and_leaves_the_waitlist():
    event = with_own_entry(an_event(waitlist_enabled=False, waitlist_count=4))
    before = deepcopy(event)

    event.attend(NOON)

    assert event.seat.registered_at == NOON
    assert (event.attendees_count, event.waitlist_count, event.waitlist_entry) == (1, 4, None)
    assert changed(event, before) == {
        *("seat", "attendees_count", "waitlist_count", "waitlist_entry")
    }


def test_a_waiting_person_who_finds_no_free_seat_keeps_waiting():
    event = with_own_entry(a_full_event())
    before = deepcopy(event)

    with pytest.raises(CapacityExhausted):
        event.attend(NOON)

    assert event == before


def test_cancelling_without_a_seat_does_not_leave_the_waitlist():
    event = with_own_entry(a_full_event())
    before = deepcopy(event)

    event.cancel(NOON)

    assert event == before


def test_whoever_gives_back_a_seat_joins_at_the_end_of_the_line():
    event = with_own_entry(a_full_event(waitlist_count=5, last_waitlist_number=6, capacity=2), 1)
    event.attendees_count = 1
    event.promote(next_in([event.waitlist_entry], event), NOON)
    event.cancel(NOON)
    event.attendees_count = 2

    entry = event.join_waitlist(NOON)

    assert entry.number == 7
    assert event.waitlist_count == 6


# Removing an attendee


@pytest.mark.parametrize("state", [PUBLISHED, CANCELLED])
def test_the_creator_can_remove_an_attendee_until_the_start(state):
    event = with_own_seat(an_event(attendees_count=3, start_time=NOON, state=state))
    before = deepcopy(event)

    event.remove_attendee(by=event.creator_id, now=NOON - TICK)

    assert event.seat == Seat(event.seat.user_id)
    assert event.attendees_count == 2
    assert changed(event, before) == {"seat", "attendees_count"}


def test_the_creator_can_remove_themselves():
    event = with_own_seat(an_event(attendees_count=1))
    event.creator_id = event.seat.user_id

    event.remove_attendee(by=event.creator_id, now=NOON)

    assert not event.seat.is_taken


def test_a_removed_attendee_can_attend_again():
    event = with_own_seat(a_full_event())
    event.remove_attendee(by=event.creator_id, now=NOON)

    event.attend(NOON + TICK)

    assert (event.attendees_count, event.seat.registered_at) == (1, NOON + TICK)


@pytest.mark.parametrize("is_waiting", [True, False])
def test_only_attendees_can_be_removed(is_waiting):
    event = a_full_event()
    if is_waiting:
        with_own_entry(event)
    before = deepcopy(event)

    with pytest.raises(AttendeeNotFound) as exc_info:
        event.remove_attendee(by=event.creator_id, now=NOON)

    assert exc_info.value.user_id == event.seat.user_id
    assert event == before


def test_attendees_cannot_remove_each_other_or_themselves():
    event = with_own_seat(a_full_event())
    before = deepcopy(event)

    for by in (uuid4(), event.seat.user_id):
        with pytest.raises(NotEventCreator):
            event.remove_attendee(by=by, now=NOON)

    assert event == before


@pytest.mark.parametrize("is_attending", [True, False])
def test_nobody_is_removed_from_a_started_event(is_attending):
    event = a_full_event(start_time=NOON)
    if is_attending:
        with_own_seat(event)
    before = deepcopy(event)

    with pytest.raises(ReadOnlyEvent):
        event.remove_attendee(by=event.creator_id, now=NOON)

    assert event == before


# Promoting


@pytest.mark.parametrize(
    ("free", "waiting", "promoted"), [(1, 1, 1), (1, 3, 1), (2, 3, 2), (3, 3, 3), (5, 3, 3)]
)
def test_as_many_people_as_there_are_free_seats_are_promoted_in_order(free, waiting, promoted):
    event = an_event(capacity=10, attendees_count=10 - free, waitlist_count=waiting)
    before, line = deepcopy(event), a_line(waiting)

    event.promote(next_in(line, event), NOON)

    assert event.promoted == [Seat(each.user_id, registered_at=NOON) for each in line[:promoted]]
    assert event.attendees_count == 10 - free + promoted
    assert event.waitlist_count == waiting - promoted
    assert changed(event, before) == {"promoted", "attendees_count", "waitlist_count"}


def test_only_as_many_entries_are_read_as_can_be_promoted():
    event = an_event(capacity=10, attendees_count=8, waitlist_count=1)
    limits = []

    def next_in_line(_event_id, limit):
        limits.append(limit)
        return []

    event.promote(next_in_line, NOON)
    event.waitlist_count = 3
    event.promote(next_in_line, NOON)

    assert limits == [1, 2]


@pytest.mark.parametrize(
    "fields", [{"attendees_count": 10, "waitlist_count": 3}, {"attendees_count": 9}]
)
def test_without_a_free_seat_or_anybody_waiting_nobody_is_promoted(fields):
    event = an_event(capacity=10, **fields)
    before = deepcopy(event)

    event.promote(nobody_should_be_read, NOON)

    assert event == before
    assert not event.promoted


@pytest.mark.parametrize("others", [0, 1, 2])
def test_the_user_whose_entry_is_loaded_can_be_promoted(others):
    event = with_own_entry(an_event(waitlist_count=others, capacity=10, attendees_count=7))
    line = a_line(others)
    line.insert(1, event.waitlist_entry)

    event.promote(next_in(line, event), NOON)

    assert event.seat == Seat(event.seat.user_id, registered_at=NOON)
    assert event.waitlist_entry is None
    assert (event.attendees_count, event.waitlist_count) == (8 + others, 0)
    line.remove(line[1] if others else line[0])
    assert event.promoted == [Seat(each.user_id, registered_at=NOON) for each in line]


def test_the_user_whose_entry_is_loaded_keeps_waiting_if_others_are_first():
    event = with_own_entry(an_event(capacity=2, attendees_count=1, waitlist_count=1), number=2)
    own, line = event.waitlist_entry, [*a_line(1)]

    event.promote(next_in([*line, own], event), NOON)

    assert (event.waitlist_entry, event.waitlist_count) == (own, 1)
    assert event.seat == Seat(own.user_id)
    assert event.promoted == [Seat(line[0].user_id, registered_at=NOON)]


@pytest.mark.parametrize(
    "fields",
    [
        {"waitlist_enabled": False},
        {"closes_at": NOON},
        {"opens_at": NOON - DAY, "closes_at": NOON},
        {"start_time": NOON},
        {"state": CANCELLED},
    ],
    ids=["disabled", "closed", "closed after it was open", "started", "cancelled"],
)
def test_nobody_is_promoted_if_the_waitlist_is_disabled_closed_or_ended(fields):
    event = with_own_entry(an_event(**fields))
    before = deepcopy(event)

    event.promote(nobody_should_be_read, NOON)

    assert event == before
    assert not event.promoted


@pytest.mark.parametrize(
    "fields",
    [{"start_time": NOON}, {"closes_at": NOON}, {"opens_at": NOON}],
    ids=["starts", "closes", "not open yet"],
)
def test_people_are_promoted_until_the_start_or_closing_even_if_registration_is_not_open(fields):
    event = an_event(waitlist_count=1, **fields)

    event.promote(next_in(a_line(1), event), NOON - TICK)

    assert len(event.promoted) == 1


def test_entries_of_deleted_accounts_leave_seats_free():
    """Entries of deleted accounts remain until the deletion is finished."""
    event = an_event(capacity=5, waitlist_count=3)

    event.promote(next_in(a_line(1), event), NOON)

    assert (event.attendees_count, event.waitlist_count) == (1, 2)
    assert len(event.promoted) == 1
