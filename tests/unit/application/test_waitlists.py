"""Waitlists, from joining to the seat. Ada organises; all others want to attend."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.events.join_waitlist import WaitlistPlace
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from application.preconditions import PreconditionFailed
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import Capacity, Title
from domain.events.errors import (
    AlreadyAttending,
    AttendeeNotFound,
    AttendeesHidden,
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    SeatsAvailable,
    WaitlistDisabled,
)
from domain.events.event import MICROSECOND, EventChanges
from domain.events.state import NO_REASON
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON

ALL = PageRequest(10, 0)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(world, ada, grace):
    """Grace has the only seat."""
    return full(world, ada, grace)


@pytest.fixture
def line(world, event):
    """Three people who wait for a seat at the event."""
    return people_who_wait(world, event, 3)


def full(world, creator, *attendees, **fields):
    """An event without a free seat."""
    event = world.published(creator, capacity=len(attendees), **fields)
    for attendee in attendees:
        world.attend_event(event.id, attendee)
    return event


def people_who_wait(world, event, number):
    people = [world.person(f"person{each}") for each in range(number)]
    for person in people:
        world.join_waitlist(event.id, person)
    return people


def edit(world, event, creator, **changes):
    return world.update_event(event.id, creator, changes)


def ids_of(people):
    return [person.user_id for person in people]


def attendees(world, event, creator):
    return {each.id for each in world.list_attendees(event.id, ALL, creator).results}


def waiting(world, event, creator):
    page = world.list_waitlist(event.id, ALL, creator)
    assert page.count == len(page.results) == world.get_event(event.id, creator).waitlist_count
    assert [each.position for each in page.results] == list(range(1, page.count + 1))
    return [each.id for each in page.results]


def listed(world, viewer, **criteria):
    page = world.list_events(EventCriteria(**criteria), ALL, viewer)
    assert page.count == len(page.results)
    return [event.id for event in page.results]


# Joining and leaving


def test_joining_returns_the_position_and_repeating_it_returns_the_same(world, ada, event, line):
    mary = world.person("mary")
    world.clock.advance(HOUR)

    place = world.join_waitlist(event.id, mary)

    assert place == WaitlistPlace(position=4, joined_at=NOON + HOUR, is_new=True)
    world.clock.advance(HOUR)
    assert world.join_waitlist(event.id, mary) == replace(place, is_new=False)
    assert waiting(world, event, ada) == ids_of([*line, mary])


def test_a_position_improves_when_others_leave(world, ada, event, line):
    first, second, third = line

    world.leave_waitlist(event.id, second)

    assert waiting(world, event, ada) == ids_of([first, third])
    assert world.get_event(event.id, third).waitlist_position == 2
    assert world.get_event(event.id, second).waitlist_position is None
    assert world.join_waitlist(event.id, third).position == 2


def test_whoever_leaves_and_rejoins_is_last(world, ada, event, line):
    first, second, third = line

    for _ in range(2):
        world.leave_waitlist(event.id, first)
    place = world.join_waitlist(event.id, first)

    assert place.position == 3
    assert waiting(world, event, ada) == ids_of([second, third, first])


def test_an_event_shows_its_waitlist_to_everyone_and_positions_to_those_who_wait(
    world, ada, grace, event, line
):
    found = {each: world.get_event(event.id, each) for each in (ada, grace, *line)}

    assert {view.waitlist_count for view in found.values()} == {3}
    assert {view.attendees_count for view in found.values()} == {1}
    positions = [view.waitlist_position for view in found.values()]
    assert positions == [None, None, 1, 2, 3]
    for viewer, view in found.items():
        assert world.list_events(EventCriteria(), ALL, viewer).results == [view]


def test_joining_is_rejected_while_seats_are_free_and_for_attendees(world, ada, grace):
    event = world.published(ada, capacity=1)
    with pytest.raises(SeatsAvailable):
        world.join_waitlist(event.id, grace)

    world.attend_event(event.id, grace)

    with pytest.raises(AlreadyAttending):
        world.join_waitlist(event.id, grace)
    assert waiting(world, event, ada) == []


def test_joining_a_draft_a_cancelled_or_a_missing_event_is_rejected(world, ada, grace):
    draft, cancelled = world.draft(ada), world.called_off(ada)

    with pytest.raises(EventNotPublished):
        world.join_waitlist(draft.id, ada)
    with pytest.raises(EventCancelled):
        world.join_waitlist(cancelled.id, grace)
    for act in (world.join_waitlist, world.leave_waitlist):
        with pytest.raises(EventNotFound):
            act(draft.id, grace)
    with pytest.raises(EventNotFound):
        world.list_waitlist(draft.id, ALL, grace)


def test_attending_a_full_event_does_not_join_its_waitlist(world, ada, event):
    with pytest.raises(CapacityExhausted):
        world.attend_event(event.id, world.person("mary"))

    assert waiting(world, event, ada) == []


def test_changes_to_seats_and_the_waitlist_are_not_edits(world, ada, grace, event, line):
    world.clock.advance(HOUR)
    world.leave_waitlist(event.id, line[1])
    world.cancel_attendance(event.id, grace)
    world.join_waitlist(event.id, grace)
    world.remove_attendee(event.id, line[0].user_id, ada)

    assert world.get_event(event.id, ada).updated_at == NOON
    assert world.get_event_calendar(event.id, ada).revision == 0
    assert edit(world, event, ada, waitlist_enabled=False).updated_at == NOON + HOUR
    assert world.get_event_calendar(event.id, ada).revision == 1


@pytest.mark.parametrize("action", ["join_waitlist", "leave_waitlist", "remove_attendee"])
def test_the_clock_is_read_after_the_wait_for_the_lock(
    world, ada, grace, action, wait_a_day_for_locks
):
    event = full(world, ada, grace)
    arguments = [grace.user_id, ada] if action == "remove_attendee" else [world.person("mary")]
    wait_a_day_for_locks()

    with pytest.raises(ReadOnlyEvent):
        getattr(world, action)(event.id, *arguments)


# Everything that frees a seat promotes


def test_a_freed_seat_goes_to_the_first_in_line(world, ada, grace, event, line):
    world.clock.advance(HOUR)

    world.cancel_attendance(event.id, grace)

    [attendee] = world.list_attendees(event.id, ALL, ada).results
    assert (attendee.id, attendee.registered_at) == (line[0].user_id, NOON + HOUR)
    view = world.get_event(event.id, line[0])
    assert (view.is_attending, view.waitlist_position) == (True, None)
    assert waiting(world, event, ada) == ids_of(line[1:])
    assert world.seat_metrics.counted == [(1, 0), (1, 1)]


def test_whoever_gives_back_a_promoted_seat_starts_at_the_end(world, ada, grace, event, line):
    first, second, third = line
    world.cancel_attendance(event.id, grace)
    world.cancel_attendance(event.id, first)

    assert world.join_waitlist(event.id, first).position == 2

    assert attendees(world, event, ada) == {second.user_id}
    assert waiting(world, event, ada) == ids_of([third, first])


def test_cancelling_without_a_seat_promotes_nobody(world, ada, event, line):
    world.cancel_attendance(event.id, line[0])

    assert waiting(world, event, ada) == ids_of(line)


@pytest.mark.parametrize("free", [1, 2, 3, 5])
def test_a_raised_capacity_promotes_as_many_as_there_are_free_seats(world, ada, event, line, free):
    promoted = min(free, 3)
    world.clock.advance(HOUR)

    view = edit(world, event, ada, capacity=Capacity(1 + free))

    assert view == world.get_event(event.id, ada)
    assert (view.attendees_count, view.waitlist_count) == (1 + promoted, 3 - promoted)
    page = world.list_attendees(event.id, ALL, ada)
    assert {each.id for each in page.results[1:]} == set(ids_of(line[:promoted]))
    assert {each.registered_at for each in page.results[1:]} == {NOON + HOUR}
    assert waiting(world, event, ada) == ids_of(line[promoted:])
    assert world.seat_metrics.counted == [(1, 0), (promoted, 0)]


def test_the_seat_of_a_deleted_account_goes_to_the_first_in_line(world, ada, grace, event, line):
    world.delete_account(grace, "grace's password", CLIENT_INFO)

    assert attendees(world, event, ada) == {line[0].user_id}
    assert waiting(world, event, ada) == ids_of(line[1:])


def test_the_seat_of_a_removed_attendee_goes_to_the_first_in_line(world, ada, grace, event, line):
    world.remove_attendee(event.id, grace.user_id, ada)

    assert attendees(world, event, ada) == {line[0].user_id}
    assert waiting(world, event, ada) == ids_of(line[1:])
    assert not world.get_event(event.id, grace).is_attending
    assert world.join_waitlist(event.id, grace).position == 3


def test_a_creator_who_waits_sees_whether_a_raised_capacity_promotes_them(world, ada, event, line):
    world.join_waitlist(event.id, ada)

    still = edit(world, event, ada, capacity=Capacity(2))
    assert (still.waitlist_position, still.is_attending) == (3, False)
    assert still == world.get_event(event.id, ada)

    promoted = edit(world, event, ada, capacity=Capacity(5))
    assert (promoted.waitlist_position, promoted.is_attending) == (None, True)
    assert promoted == world.get_event(event.id, ada)
    assert (promoted.attendees_count, promoted.waitlist_count) == (5, 0)


def test_a_failed_precondition_promotes_nobody(world, ada, event, line):
    def reject(_view):
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        world.update_event(event.id, ada, EventChanges(capacity=Capacity(9)), reject)

    assert waiting(world, event, ada) == ids_of(line)


def test_a_precondition_receives_the_position_of_a_creator_who_waits(world, ada, event):
    world.join_waitlist(event.id, ada)
    view, given = world.get_event(event.id, ada), []

    world.update_event(event.id, ada, EventChanges(), given.append)
    world.delete_event(event.id, ada, given.append)

    assert view.waitlist_position == 1
    assert all(each == view for each in given)


# Exceptions: a free seat next to somebody who waits


def test_while_the_waitlist_is_disabled_people_keep_their_positions_and_seats_stay_free(
    world, ada, grace, event, line
):
    first, second, third = line
    edit(world, event, ada, waitlist_enabled=False)
    with pytest.raises(WaitlistDisabled):
        world.join_waitlist(event.id, world.person("mary"))
    assert not world.join_waitlist(event.id, first).is_new

    world.cancel_attendance(event.id, grace)
    assert waiting(world, event, ada) == ids_of(line)

    world.attend_event(event.id, second)
    assert attendees(world, event, ada) == {second.user_id}
    assert waiting(world, event, ada) == ids_of([first, third])
    world.leave_waitlist(event.id, third)
    assert waiting(world, event, ada) == ids_of([first])


def test_enabling_the_waitlist_again_promotes(world, ada, grace, event, line):
    edit(world, event, ada, waitlist_enabled=False)
    world.cancel_attendance(event.id, grace)

    view = edit(world, event, ada, waitlist_enabled=True)

    assert (view.attendees_count, view.waitlist_count) == (1, 2)
    assert attendees(world, event, ada) == {line[0].user_id}


def test_a_seat_freed_after_registration_has_closed_stays_free_until_registration_is_extended(
    world, ada, grace
):
    event = full(world, ada, grace, registration_closes_at=NOON + HOUR)
    line = people_who_wait(world, event, 2)
    world.clock.advance(HOUR)
    world.cancel_attendance(event.id, grace)
    assert waiting(world, event, ada) == ids_of(line)

    edit(world, event, ada, title=Title("Coffee"))
    assert waiting(world, event, ada) == ids_of(line)
    edit(world, event, ada, registration_closes_at=NOON + HOUR + MICROSECOND)

    assert attendees(world, event, ada) == {line[0].user_id}
    assert waiting(world, event, ada) == ids_of(line[1:])


def test_people_are_promoted_even_if_registration_has_not_opened_again(
    world, ada, grace, event, line
):
    edit(world, event, ada, registration_opens_at=NOON + HOUR)

    world.cancel_attendance(event.id, grace)

    assert attendees(world, event, ada) == {line[0].user_id}


# The end of the waitlist


def start(world, event, ada):
    world.clock.advance(DAY)


def call_off(world, event, ada):
    world.call_off_event(event.id, ada, NO_REASON)


@pytest.mark.parametrize("end", [start, call_off])
def test_a_waitlist_ends_when_the_event_starts_or_is_called_off(world, ada, event, line, end):
    first = line[0]
    assert listed(world, first, waiting=True) == [event.id]

    end(world, event, ada)

    assert waiting(world, event, ada) == []
    view = world.get_event(event.id, first)
    assert (view.waitlist_count, view.waitlist_position) == (0, None)
    assert listed(world, first, waiting=True) == []
    assert listed(world, first, waiting=False) == [event.id]
    with pytest.raises(ReadOnlyEvent if end is start else EventCancelled):
        world.join_waitlist(event.id, first)


def test_the_waitlist_lasts_until_just_before_the_start(world, ada, grace, event, line):
    world.clock.advance(DAY - MICROSECOND)

    world.cancel_attendance(event.id, grace)

    assert attendees(world, event, ada) == {line[0].user_id}
    assert waiting(world, event, ada) == ids_of(line[1:])


def test_calling_off_returns_the_event_without_its_waitlist(world, ada, event, line):
    world.join_waitlist(event.id, ada)

    view = world.call_off_event(event.id, ada, NO_REASON)

    assert (view.waitlist_count, view.waitlist_position) == (0, None)
    assert view == world.get_event(event.id, ada)


def test_nobody_is_promoted_to_a_cancelled_event_but_everyone_can_leave(
    world, ada, grace, event, line
):
    world.call_off_event(event.id, ada, NO_REASON)

    world.cancel_attendance(event.id, grace)
    world.leave_waitlist(event.id, line[0])
    world.leave_waitlist(event.id, grace)

    assert attendees(world, event, ada) == set()
    with pytest.raises(AttendeeNotFound):
        world.remove_attendee(event.id, grace.user_id, ada)


def test_attendees_of_a_cancelled_event_can_be_removed(world, ada, grace, event):
    world.call_off_event(event.id, ada, NO_REASON)

    world.remove_attendee(event.id, grace.user_id, ada)

    assert attendees(world, event, ada) == set()


def test_deleting_an_event_deletes_its_waitlist(world, ada, event, line):
    world.delete_event(event.id, ada)

    for act in (world.join_waitlist, world.leave_waitlist):
        with pytest.raises(EventNotFound):
            act(event.id, line[0])
    assert listed(world, line[0], waiting=True) == []


# Who waits


def test_the_waitlist_has_pages_in_the_order_of_the_line(world, ada, event, line):
    world.leave_waitlist(event.id, line[0])
    world.join_waitlist(event.id, line[0])
    line.append(line.pop(0))

    first = world.list_waitlist(event.id, PageRequest(2), ada)
    second = world.list_waitlist(event.id, PageRequest(2, after=first.next_cursor), ada)

    found = [*first.results, *second.results]
    assert [each.id for each in found] == ids_of(line)
    assert [each.position for each in found] == [1, 2, 3]
    assert [each.username for each in found] == ["person1", "person2", "person0"]
    assert (first.count, second.count, second.next_cursor) == (3, 3, None)
    uncounted = world.list_waitlist(event.id, PageRequest(2, is_counted=False), ada)
    assert uncounted == replace(first, count=None)


def test_the_entries_show_when_people_joined(world, ada, event):
    for number in range(2):
        world.join_waitlist(event.id, world.person(f"person{number}"))
        world.clock.advance(MINUTE)

    found = world.list_waitlist(event.id, ALL, ada).results

    assert [each.joined_at for each in found] == [NOON, NOON + MINUTE]


def test_only_the_organiser_sees_who_waits(world, grace, event, line):
    for now in (NOON, NOON + DAY):
        world.clock.advance(now - world.clock.now())
        for person in (grace, line[0]):
            with pytest.raises(NotEventCreator):
                world.list_waitlist(event.id, ALL, person)


def test_only_the_organiser_removes_attendees(world, ada, grace, event, line):
    for person in (grace, line[0]):
        with pytest.raises(NotEventCreator):
            world.remove_attendee(event.id, grace.user_id, person)
    with pytest.raises(AttendeeNotFound):
        world.remove_attendee(event.id, line[0].user_id, ada)

    assert attendees(world, event, ada) == {grace.user_id}
    assert waiting(world, event, ada) == ids_of(line)


def test_people_who_wait_are_not_attendees(world, ada, grace, event, line):
    edit(world, event, ada, attendees_visible_to=AttendeesVisibleTo.ATTENDEES)
    feed = world.create_calendar_feed(line[0], CLIENT_INFO)

    [exported] = world.export_attendees(event.id, ada)

    assert [each.id for each in exported] == [grace.user_id]
    assert world.read_calendar_feed(feed.secret.text) == []
    assert listed(world, line[0], attending=True) == []
    with pytest.raises(AttendeesHidden):
        world.list_attendees(event.id, ALL, line[0])


# Lists


def test_the_waiting_filter_finds_events_that_the_viewer_waits_for(world, ada, grace, event, line):
    other = full(world, ada, grace)

    assert listed(world, line[0], waiting=True) == [event.id]
    assert listed(world, line[0], waiting=False) == [other.id]
    assert listed(world, grace, waiting=True) == []
    world.cancel_attendance(event.id, grace)
    assert listed(world, line[0], waiting=True) == []
    assert listed(world, line[1], waiting=True) == [event.id]


def test_an_unlisted_event_is_listed_for_those_who_wait(world, ada, grace):
    event = full(world, ada, grace, visibility=Visibility.UNLISTED)
    mary = world.person("mary")
    assert listed(world, mary) == []

    world.join_waitlist(event.id, mary)
    assert listed(world, mary) == listed(world, mary, waiting=True) == [event.id]

    world.leave_waitlist(event.id, mary)
    assert listed(world, mary) == []
    world.join_waitlist(event.id, mary)
    world.call_off_event(event.id, ada, NO_REASON)
    assert listed(world, mary) == []
