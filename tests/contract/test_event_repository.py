from dataclasses import fields, replace
from uuid import uuid4

import pytest

from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import Creator, EventCriteria
from domain.accounts.errors import AccountDeleted
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.errors import EventNotFound, TooManyEvents
from domain.events.event import EventChanges, EventSeats, Seat
from domain.events.registration import RegistrationWindow
from domain.events.state import ACCOUNT_DELETED, CancellationReason, EventState
from domain.events.time_zone import TimeZone
from tests.builders import DAY, HOUR, NOON, an_event
from tests.fakes.clock import FakeClock

EVENT_SEATS = [field.name for field in fields(EventSeats)]


def test_every_field_of_an_event_is_read_back(storage, ada):
    event = an_event(
        creator_id=ada.id,
        title=Title("Tee für zwei ☕"),
        description=Description("Line one\nline two 'quoted' %s \\"),
        capacity=3,
        start_time=NOON.replace(microsecond=1),
        seat=Seat(ada.id),
        timezone=TimeZone("Europe/Berlin"),
        visibility=Visibility.UNLISTED,
        attendees_visible_to=AttendeesVisibleTo.ATTENDEES,
        opens_at=NOON - HOUR,
        closes_at=NOON,
        state=EventState.CANCELLED,
        published_at=NOON - 3 * HOUR,
        cancelled_at=NOON - 2 * HOUR,
        cancellation_reason=CancellationReason("Rain.\n'Really'"),
    )
    storage.keep(event)

    loaded = storage.load(event, ada)

    assert loaded == event
    assert loaded.state is EventState.CANCELLED
    assert loaded.visibility is Visibility.UNLISTED
    assert loaded.attendees_visible_to is AttendeesVisibleTo.ATTENDEES
    assert loaded.type is EventType.OTHER


@pytest.mark.parametrize("state", EventState)
def test_an_event_is_read_back_in_each_state(storage, ada, state):
    event = storage.keep_event(ada, state=state, seat=Seat(ada.id))

    assert storage.load(event, ada) == event


def test_seats_are_loaded_without_the_texts(storage, ada, grace):
    event = storage.keep_event(ada, opens_at=NOON - HOUR, closes_at=NOON + HOUR / 2)
    storage.seat(event, grace)
    storage.call_off(event, CancellationReason("Rain."))
    whole = vars(storage.load(event, grace))

    with storage.new_work() as work:
        loaded = vars(work.events.get_seats_for_update(event.id, attendee=grace.id))

    for name in EVENT_SEATS:
        assert (name, loaded[name]) == (name, whole[name])


def test_unknown_seats_are_not_found(storage, ada):
    with storage.new_work() as work, pytest.raises(EventNotFound):
        work.events.get_seats_for_update(uuid4(), attendee=ada.id)


def test_a_seat_is_taken_and_given_back_without_loading_the_whole_event(storage, ada, grace):
    event = storage.keep_event(ada)

    for act, is_taken in ((EventSeats.attend, True), (EventSeats.cancel, False)):
        with storage.new_work() as work:
            loaded = work.events.get_seats_for_update(event.id, attendee=grace.id)
            act(loaded, NOON)
            work.events.save(loaded)
            work.commit()

        assert storage.seat_metrics.counted[-1] == (is_taken, not is_taken)
        assert storage.seat_of(event, grace).is_taken == is_taken
        assert storage.load(event, ada).attendees_count == is_taken


def test_transitions_are_saved(storage, ada, grace):
    """Attendees keep their seats."""
    event = storage.keep_event(ada, state=EventState.DRAFT)

    storage.publish(event, now=NOON - HOUR)
    storage.seat(event, grace)
    storage.call_off(event, CancellationReason("Rain."))

    loaded = storage.load(event, grace)
    assert (loaded.state, loaded.revision) == (EventState.CANCELLED, 2)
    assert (loaded.published_at, loaded.cancelled_at) == (NOON - HOUR, NOON)
    assert loaded.cancellation_reason == "Rain."
    assert (loaded.attendees_count, loaded.seat.is_taken) == (1, True)


def test_an_unknown_event_is_not_found(storage, ada):
    event_id = uuid4()
    with storage.new_work() as work, pytest.raises(EventNotFound) as error:
        work.events.get_for_update(event_id, attendee=ada.id)

    assert error.value.event_id == event_id


def test_every_edited_field_is_saved(storage, ada):
    event = storage.keep_event(ada)
    changes = EventChanges(
        title=Title("New"),
        description=Description("Other"),
        start_time=NOON + DAY,
        end_time=NOON + 2 * DAY,
        timezone=TimeZone("Europe/Berlin"),
        capacity=Capacity(99),
        type=EventType.SOCIAL,
        location=Location("Outside"),
        visibility=Visibility.UNLISTED,
        attendees_visible_to=AttendeesVisibleTo.ORGANISER,
        registration_opens_at=NOON,
        registration_closes_at=NOON + HOUR,
    )
    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.edit(changes, ada.id, now=NOON)
        work.events.save(loaded)
        work.commit()

    assert storage.load(event, ada) == loaded
    assert loaded.title == "New"


def test_a_bound_of_the_registration_window_is_removed(storage, ada):
    event = storage.keep_event(ada, opens_at=NOON - HOUR, closes_at=NOON)
    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.edit(EventChanges(registration_opens_at=None), ada.id, now=NOON)
        work.events.save(loaded)
        work.commit()

    assert storage.load(event, ada).registration == RegistrationWindow(None, NOON)


def test_a_seat_belongs_to_one_person(storage, ada, grace):
    event = storage.keep_event(ada)

    storage.seat(event, grace, now=NOON)

    assert storage.seat_of(event, grace) == Seat(grace.id, NOON)
    assert storage.seat_of(event, ada) == Seat(ada.id)
    assert storage.load(event, ada).attendees_count == 1


def test_a_cancelled_seat_is_free(storage, ada, grace):
    event = storage.keep_event(ada, capacity=1)
    storage.seat(event, grace)

    storage.unseat(event, grace)

    assert storage.seat_of(event, grace) == Seat(grace.id)
    storage.seat(event, ada)
    assert storage.load(event, ada).attendees_count == 1


def test_a_unit_of_work_may_save_twice(storage, ada):
    event = storage.keep_event(ada)
    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)
        loaded.cancel(NOON)
        work.events.save(loaded)
        loaded.attend(NOON + HOUR / 2)
        work.events.save(loaded)
        work.commit()

    assert storage.seat_of(event, ada) == Seat(ada.id, NOON + HOUR / 2)


def test_an_uncommitted_seat_is_free(storage, ada):
    event = storage.keep_event(ada)
    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)

    assert storage.load(event, ada) == replace(event, seat=Seat(ada.id))


def test_a_removed_event_takes_its_seats_along_and_leaves_others(storage, ada, grace):
    doomed, other = storage.keep_event(ada), storage.keep_event(ada)
    for event in (doomed, other):
        storage.seat(event, grace)
    with storage.new_work() as work:
        work.events.remove(work.events.get_for_update(doomed.id, attendee=ada.id))
        work.commit()

    with storage.new_work() as work, pytest.raises(EventNotFound):
        work.events.get_for_update(doomed.id, attendee=ada.id)
    assert storage.seat_of(other, grace).is_taken


def test_a_deletion_affects_own_drafts_and_upcoming_events_created_or_attended(storage, ada, grace):
    started = {"start_time": NOON}
    affected = [
        storage.keep_event(ada),
        storage.keep_event(ada, state=EventState.DRAFT),
        storage.keep_event(ada, state=EventState.DRAFT, **started),
        own_attended := storage.keep_event(ada),
        attended := storage.keep_event(grace),
        own_cancelled_attended := storage.keep_event(ada),
        cancelled_attended := storage.keep_event(grace),
    ]
    storage.keep_event(ada, state=EventState.CANCELLED)
    storage.keep_event(ada, **started)
    attended_started = storage.keep_event(grace, **started)
    storage.keep_event(grace)
    storage.keep_event(grace, state=EventState.DRAFT)
    cancelled = (own_cancelled_attended, cancelled_attended)
    for event in (own_attended, attended, attended_started, *cancelled):
        storage.seat(event, ada, now=NOON - HOUR)
    for event in cancelled:
        storage.call_off(event, now=NOON - HOUR)

    with storage.new_work() as work:
        found = work.events.affected_by_deletion_for_update(ada.id, NOON, 10)
        first_two = work.events.affected_by_deletion_for_update(ada.id, NOON, 2)

    ids = [event.id for event in found]
    assert ids == sorted(event.id for event in affected)
    assert [event.id for event in first_two] == ids[:2]
    for event in found:
        loaded = vars(storage.load(event, ada))
        assert {name: loaded[name] for name in EVENT_SEATS} == {
            name: getattr(event, name) for name in EVENT_SEATS
        }


def test_a_finished_deletion_affects_no_more_events(storage, ada, grace):
    own, attended = storage.keep_event(ada), storage.keep_event(grace)
    storage.keep_event(ada, state=EventState.DRAFT)
    for event in (own, attended):
        storage.seat(event, ada)

    WithdrawFromEvents(storage.new_work, FakeClock())(ada.id)

    with storage.new_work() as work:
        assert work.events.affected_by_deletion_for_update(ada.id, NOON, 10) == []
    assert not storage.seat_of(own, ada).is_taken
    assert storage.load(own, ada).cancellation_reason == ACCOUNT_DELETED
    assert storage.load(attended, ada).state is EventState.PUBLISHED


@pytest.mark.parametrize("is_draft", [True, False])
@pytest.mark.parametrize("start_time", [NOON, NOON + HOUR])
def test_a_deletion_is_unfinished_while_there_are_drafts_or_events_to_call_off(
    storage, ada, is_draft, start_time
):
    state = EventState.DRAFT if is_draft else EventState.PUBLISHED
    storage.keep_event(ada, state=state, start_time=start_time)

    assert_is_finished_by_leaving(storage, ada, is_draft or start_time > NOON)


@pytest.mark.parametrize("start_time", [NOON, NOON + HOUR])
@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_deletion_is_unfinished_while_a_seat_can_be_given_back(
    storage, ada, grace, start_time, is_cancelled
):
    event = storage.keep_event(grace, start_time=start_time)
    storage.seat(event, ada, now=NOON - HOUR)
    if is_cancelled:
        storage.call_off(event, now=NOON - HOUR)

    assert_is_finished_by_leaving(storage, ada, start_time > NOON)


def test_a_deletion_is_finished_if_all_own_events_are_cancelled(storage, ada):
    storage.keep_event(ada, state=EventState.CANCELLED)

    assert_is_finished_by_leaving(storage, ada, is_unfinished=False)


def assert_is_finished_by_leaving(storage, user, is_unfinished):
    """`unfinished_deletions` and `affected_by_deletion_for_update` agree, before and after."""
    with storage.new_work() as work:
        work.users.remove(work.users.find_for_update(user.id))
        work.commit()
    with storage.new_work() as work:
        assert bool(work.events.affected_by_deletion_for_update(user.id, NOON, 10)) == is_unfinished
    assert storage.accounts.unfinished_deletions(NOON) == ([user.id] if is_unfinished else [])

    WithdrawFromEvents(storage.new_work, FakeClock())(user.id)

    assert storage.accounts.unfinished_deletions(NOON) == []


def test_the_number_of_upcoming_events_is_limited(storage, ada, grace):
    storage.keep_event(grace)
    storage.keep_event(ada, created_at=NOON - DAY, start_time=NOON)
    [second, third, fourth] = [
        an_event(creator_id=ada.id, start_time=start_time, created_at=NOON)
        for start_time in (NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR)
    ]

    with storage.new_work() as work:
        # The first one has started.
        assert work.events.add(second, max_upcoming=2) == ada.username
        work.events.add(third, max_upcoming=2)
        with pytest.raises(TooManyEvents) as error:
            work.events.add(fourth, max_upcoming=2)
        assert error.value.max_upcoming == 2
        work.events.remove(second)
        work.events.add(fourth, max_upcoming=2)
        work.commit()

    assert storage.load(fourth, ada).id == fourth.id


def test_an_event_can_be_added_and_committed_at_once(storage, ada):
    event, too_many = an_event(creator_id=ada.id), an_event(creator_id=ada.id)
    with storage.new_work() as work:
        assert work.events.add_and_commit(event, max_upcoming=1) == ada.username
    with pytest.raises(TooManyEvents), storage.new_work() as work:
        work.events.add_and_commit(too_many, max_upcoming=1)

    assert storage.load(event, ada).title == event.title
    with pytest.raises(EventNotFound):
        storage.load(too_many, ada)


def test_a_deleted_user_can_neither_create_an_event_nor_take_a_seat(storage, ada, grace):
    event = storage.keep_event(grace)
    with storage.new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    with pytest.raises(AccountDeleted):
        storage.keep_event(ada)
    with pytest.raises(AccountDeleted):
        storage.seat(event, ada)
    assert storage.load(event, grace).attendees_count == 0


def test_a_started_event_keeps_its_deleted_creator_and_their_seat(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, ada)
    with storage.new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    view = storage.events.get(event.id, Caller(grace.id), NOON)
    assert (view.creator, view.attendees_count) == (Creator(ada.id, None), 1)
    page = storage.events.attendees(event.id, PageRequest(limit=10, offset=0), Caller(ada.id))
    assert [(each.id, each.username) for each in page.results] == [(ada.id, None)]
    found = storage.events.find(
        EventCriteria(), PageRequest(limit=10, offset=0), Caller(grace.id), NOON
    )
    assert list(found.results) == [view]
