"""Waitlists in the repository and in queries."""

from itertools import product

import pytest

from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.caller import Caller
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, WaitlistEntryView
from domain.accounts.errors import AccountDeleted
from domain.events.access import Visibility
from domain.events.errors import EventNotFound
from domain.events.event import EventChanges, Seat
from domain.events.waitlist import WaitlistEntry
from tests.builders import HOUR, NOON, SECOND, a_user
from tests.fakes.clock import FakeClock
from tests.storage import change

ALL = PageRequest(limit=100)


@pytest.fixture
def full(storage, ada, grace):
    """An event of Ada with one seat, which Grace has."""
    event = storage.keep_event(ada, capacity=1)
    storage.seat(event, grace)
    return event


@pytest.fixture
def people(storage):
    users = [a_user(name) for name in ("mary", "hedy", "joan", "lynn")]
    storage.keep(*users)
    return users


@pytest.fixture
def waiting(storage, full, people):
    """The waitlist, first in line first. Each person joined a second after the previous one."""
    for number, user in enumerate(people):
        storage.join_waitlist(full, user, now=NOON + number * SECOND)
    return people


def waitlist(storage, event, page_request=ALL):
    return storage.events.waitlist(event.id, page_request, Caller(event.creator_id))


def names(storage, event):
    return [entry.username for entry in waitlist(storage, event).results]


def cancel(storage, event, user, now=NOON):
    CancelAttendance(storage.new_work, FakeClock(now))(event.id, Caller(user.id))


def get(storage, event, user, now=NOON):
    return storage.events.get(event.id, Caller(user.id), now)


def find(storage, viewer, now=NOON, **criteria):
    return storage.events.find(EventCriteria(**criteria), ALL, Caller(viewer.id), now)


def test_a_new_entry_is_read_back(storage, full, people):
    mary, hedy, *_ = people

    storage.join_waitlist(full, mary, now=NOON)
    storage.join_waitlist(full, hedy, now=NOON + SECOND)

    loaded = storage.load(full, hedy)
    assert loaded.waitlist_entry == WaitlistEntry(hedy.id, 2, NOON + SECOND)
    assert (loaded.waitlist_count, loaded.last_waitlist_number) == (2, 2)
    assert not loaded.seat.is_taken
    with storage.new_work() as work:
        seats = work.events.get_seats_for_update(full.id, attendee=hedy.id)
    assert seats.waitlist_entry == loaded.waitlist_entry
    assert storage.load(full, people[2]).waitlist_entry is None


def test_the_setting_is_saved(storage, ada, full):
    changes = EventChanges(waitlist_enabled=False)
    change(storage.new_work, full, lambda loaded: loaded.edit(changes, ada.id, NOON))

    assert storage.load(full, ada).waitlist_enabled is False
    assert get(storage, full, ada).waitlist_enabled is False
    other = storage.keep_event(ada, waitlist_enabled=False)
    assert storage.load(other, ada).waitlist_enabled is False


def test_whoever_leaves_and_rejoins_is_last(storage, full, waiting):
    storage.leave_waitlist(full, waiting[0])

    assert storage.load(full, waiting[0]).waitlist_entry is None
    assert names(storage, full) == ["hedy", "joan", "lynn"]
    assert storage.join_waitlist(full, waiting[0]).position == 4
    assert names(storage, full) == ["hedy", "joan", "lynn", "mary"]
    assert storage.load(full, waiting[0]).waitlist_count == 4


def test_a_cancelled_seat_goes_to_the_first_in_line(storage, full, waiting, grace):
    cancel(storage, full, grace, now=NOON + HOUR / 2)

    assert storage.seat_of(full, waiting[0]) == Seat(waiting[0].id, NOON + HOUR / 2)
    assert storage.load(full, waiting[0]).waitlist_entry is None
    assert not storage.seat_of(full, grace).is_taken
    loaded = storage.load(full, waiting[1])
    assert (loaded.attendees_count, loaded.waitlist_count) == (1, 3)
    assert names(storage, full) == ["hedy", "joan", "lynn"]


def test_several_people_are_promoted_at_once(storage, full, waiting):
    storage.promote(full, 4, now=NOON + HOUR / 2)

    seats = [storage.seat_of(full, user).registered_at for user in waiting]
    assert seats == [NOON + HOUR / 2] * 3 + [None]
    loaded = storage.load(full, waiting[3])
    assert (loaded.attendees_count, loaded.waitlist_count) == (4, 1)
    assert loaded.waitlist_entry == WaitlistEntry(waiting[3].id, 4, NOON + 3 * SECOND)


def test_an_organiser_who_waits_is_promoted_too(storage, full, waiting, ada):
    storage.join_waitlist(full, ada)
    assert get(storage, full, ada).waitlist_position == 5

    assert storage.promote(full, 5).waitlist_position == 1
    view = storage.promote(full, 6, now=NOON + HOUR / 2)

    assert (view.is_attending, view.waitlist_position, view.waitlist_count) == (True, None, 0)
    assert view == get(storage, full, ada)
    assert storage.seat_of(full, ada) == Seat(ada.id, NOON + HOUR / 2)


def test_promoted_people_count_as_seats_taken(storage, full, waiting, grace):
    cancel(storage, full, grace)
    storage.promote(full, 3)

    assert storage.seat_metrics.counted[-2:] == [(1, 1), (2, 0)]


def test_saving_twice_promotes_once(storage, full, waiting, grace):
    with storage.new_work() as work:
        loaded = work.events.get_for_update(full.id, attendee=grace.id)
        loaded.cancel(NOON)
        loaded.promote(work.events.next_in_line, NOON)
        work.events.save(loaded)
        work.events.save(loaded)
        work.commit()

    assert storage.load(full, grace).attendees_count == 1
    assert storage.seat_metrics.counted[-1] == (1, 1)
    assert names(storage, full) == ["hedy", "joan", "lynn"]


def test_uncommitted_changes_of_a_waitlist_are_discarded(storage, full, waiting, grace):
    with storage.new_work() as work:
        loaded = work.events.get_for_update(full.id, attendee=grace.id)
        loaded.cancel(NOON)
        loaded.promote(work.events.next_in_line, NOON)
        work.events.save(loaded)

    assert storage.seat_of(full, grace).is_taken
    assert names(storage, full) == ["mary", "hedy", "joan", "lynn"]


def test_a_waiting_person_who_takes_a_free_seat_leaves_the_waitlist(storage, full, waiting, grace):
    storage.unseat(full, grace)  # as the previous release does

    AttendEvent(storage.new_work, FakeClock())(full.id, Caller(waiting[1].id))

    assert storage.seat_of(full, waiting[1]).is_taken
    assert names(storage, full) == ["mary", "joan", "lynn"]
    assert storage.load(full, grace).waitlist_count == 3


def test_deleted_accounts_are_not_next_in_line(storage, full, waiting):
    for user in (waiting[0], waiting[2]):
        storage.delete_account(user)

    with storage.new_work() as work:
        work.events.get_seats_for_update(full.id, attendee=full.creator_id)
        next_two = work.events.next_in_line(full.id, 2)
        first = work.events.next_in_line(full.id, 1)

    assert next_two == [
        WaitlistEntry(waiting[1].id, 2, NOON + SECOND),
        WaitlistEntry(waiting[3].id, 4, NOON + 3 * SECOND),
    ]
    assert first == next_two[:1]


def test_nobody_is_next_in_line_for_another_event(storage, full, waiting, ada):
    other = storage.keep_event(ada)

    with storage.new_work() as work:
        assert work.events.next_in_line(other.id, 1) == []


def test_a_position_counts_the_entries_of_the_event_up_to_a_number(storage, full, waiting, ada):
    storage.leave_waitlist(full, waiting[1])

    with storage.new_work() as work:
        positions = [work.events.waitlist_position(full.id, number) for number in (1, 3, 4)]

    assert positions == [1, 2, 3]


def test_a_deleted_user_cannot_join(storage, full, people):
    storage.delete_account(people[0])

    with pytest.raises(AccountDeleted):
        storage.join_waitlist(full, people[0])

    assert storage.load(full, people[1]).waitlist_count == 0


def test_removing_an_event_removes_its_waitlist_and_no_other(storage, full, waiting, ada, grace):
    other = storage.keep_event(ada, capacity=1)
    storage.seat(other, grace)
    storage.join_waitlist(other, waiting[0])
    with storage.new_work() as work:
        work.events.remove(work.events.get_for_update(full.id, attendee=ada.id))
        work.commit()

    assert waitlist(storage, full).results == []
    assert names(storage, other) == ["mary"]
    with pytest.raises(EventNotFound):
        storage.leave_waitlist(full, waiting[0])


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_deletion_is_unfinished_while_the_account_waits(storage, full, waiting, is_cancelled):
    if is_cancelled:
        storage.call_off(full)
    storage.delete_account(waiting[1])

    with storage.new_work() as work:
        [found] = work.events.affected_by_deletion_for_update(waiting[1].id, NOON, 10)
    assert found.waitlist_entry == WaitlistEntry(waiting[1].id, 2, NOON + SECOND)
    assert storage.accounts.unfinished_deletions(NOON) == [waiting[1].id]

    WithdrawFromEvents(storage.new_work, FakeClock())(waiting[1].id)

    assert names(storage, full) == ["mary", "joan", "lynn"]
    assert storage.load(full, waiting[0]).waitlist_count == 3
    assert storage.accounts.unfinished_deletions(NOON) == []


def test_a_deletion_leaves_the_waitlists_of_started_events_alone(storage, full, waiting):
    storage.delete_account(waiting[1])

    with storage.new_work() as work:
        started = full.schedule.start_time
        assert not work.events.affected_by_deletion_for_update(waiting[1].id, started, 10)
    assert storage.accounts.unfinished_deletions(started) == []


def test_a_waitlist_lists_the_first_in_line_first(storage, full, waiting):
    storage.delete_account(waiting[2])

    page = waitlist(storage, full)

    mary, hedy, joan, lynn = waiting
    assert page.results == [
        WaitlistEntryView(mary.id, "mary", NOON, 1),
        WaitlistEntryView(hedy.id, "hedy", NOON + SECOND, 2),
        WaitlistEntryView(joan.id, None, NOON + 2 * SECOND, 3),
        WaitlistEntryView(lynn.id, "lynn", NOON + 3 * SECOND, 4),
    ]
    assert (page.count, page.next_cursor) == (None, None)


def test_a_waitlist_is_read_page_by_page(storage, full, waiting):
    whole = waitlist(storage, full).results

    first = waitlist(storage, full, PageRequest(limit=2))
    second = waitlist(storage, full, PageRequest(limit=2, after=first.next_cursor))
    by_offset = waitlist(storage, full, PageRequest(limit=2, offset=1))
    skipped = waitlist(storage, full, PageRequest(limit=2, offset=1, after=first.next_cursor))

    assert [*first.results, *second.results] == whole
    assert second.next_cursor is None
    assert by_offset.results == whole[1:3]
    assert skipped.results == whole[3:]


def test_positions_of_the_next_page_are_current(storage, full, waiting, grace):
    first = waitlist(storage, full, PageRequest(limit=2))
    cancel(storage, full, grace)

    second = waitlist(storage, full, PageRequest(limit=2, after=first.next_cursor))

    assert [(each.username, each.position) for each in second.results] == [("joan", 2), ("lynn", 3)]


def test_a_viewer_sees_their_position_in_lists_and_details(storage, full, waiting, ada, grace):
    other = storage.keep_event(grace, capacity=1)
    storage.seat(other, grace)
    storage.join_waitlist(other, waiting[3])
    storage.leave_waitlist(full, waiting[0])

    for viewer, position in ((ada, None), (waiting[0], None), (waiting[1], 1), (waiting[3], 3)):
        view = get(storage, full, viewer)
        assert (view.waitlist_count, view.waitlist_position) == (3, position)
        assert view in find(storage, viewer).results


def test_a_waitlist_ends_when_the_event_starts(storage, full, waiting):
    [viewer, *_] = waiting

    for now in (NOON + HOUR, NOON + 2 * HOUR):
        view = get(storage, full, viewer, now=now)
        assert (view.waitlist_count, view.waitlist_position) == (0, None)
        assert find(storage, viewer, now=now).results == [view]
        assert find(storage, viewer, now=now, waiting=True).results == []


def test_a_waitlist_ends_when_the_event_is_called_off(storage, full, waiting):
    [viewer, *_] = waiting
    storage.call_off(full)

    view = get(storage, full, viewer)
    assert (view.waitlist_count, view.waitlist_position) == (0, None)
    assert find(storage, viewer, waiting=True).results == []
    assert find(storage, viewer, waiting=False).results == [view]


@pytest.fixture
def events_of_every_kind(storage_in_each_way):
    """Of Grace: by visibility, whether it was called off, and whether Mary waits."""
    storage = storage_in_each_way
    grace, mary = users = a_user("grace"), a_user("mary")
    storage.keep(*users)
    events = {}
    for kind in product(Visibility, (True, False), (True, False)):
        visibility, is_called_off, is_waiting = kind
        events[kind] = event = storage.keep_event(grace, visibility=visibility, capacity=1)
        storage.seat(event, grace)
        if is_waiting:
            storage.join_waitlist(event, mary)
        if is_called_off:
            storage.call_off(event)
    return mary, events


@pytest.mark.parametrize("waiting", [True, False, None])
@pytest.mark.parametrize("now", [NOON, NOON + HOUR])
@pytest.mark.parametrize("other", [{}, {"available": False}, {"attending": False}], ids=str)
def test_waiting_finds_active_waitlists_and_false_is_the_complement(
    storage_in_each_way, events_of_every_kind, waiting, now, other
):
    mary, events = events_of_every_kind

    page = find(storage_in_each_way, mary, now=now, waiting=waiting, **other)

    expected = set()
    for (visibility, is_called_off, has_entry), event in events.items():
        is_waiting = has_entry and not is_called_off and now == NOON
        is_visible = visibility is Visibility.PUBLIC or is_waiting
        if is_visible and waiting in (None, is_waiting):
            expected.add(event.id)
    assert {view.id for view in page.results} == expected
    assert page.count == len(expected)
