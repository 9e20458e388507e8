from dataclasses import fields, replace
from uuid import uuid4

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import Creator, EventCriteria
from domain.accounts.errors import AccountDeleted
from domain.events.description import Capacity, Description, Title
from domain.events.errors import EventNotFound, TooManyEvents
from domain.events.event import EventChanges, EventSeats, Seat
from tests.builders import DAY, HOUR, NOON, an_event

EVENT_SEATS = [field.name for field in fields(EventSeats)]


def test_every_field_of_an_event_is_read_back(storage, ada):
    event = an_event(
        creator_id=ada.id,
        title=Title("Tee für zwei ☕"),
        description=Description("Line one\nline two 'quoted' %s \\"),
        capacity=3,
        start_time=NOON.replace(microsecond=1),
        seat=Seat(ada.id),
    )
    storage.keep(event)

    assert storage.load(event, ada) == event


def test_an_unknown_event_is_not_found(storage, ada):
    event_id = uuid4()
    with storage.new_work() as work, pytest.raises(EventNotFound) as error:
        work.events.get_for_update(event_id, attendee=ada.id)

    assert error.value.event_id == event_id


def test_every_edited_field_is_saved(storage, ada):
    event = storage.keep_event(ada)
    changes = EventChanges(
        Title("New"), Description("Other"), NOON + DAY, NOON + 2 * DAY, Capacity(99)
    )
    with storage.new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.edit(changes, ada.id, now=NOON)
        work.events.save(loaded)
        work.commit()

    assert storage.load(event, ada) == loaded
    assert loaded.title == "New"


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


def test_the_upcoming_events_of_a_person_are_those_created_or_attended(storage, ada, grace):
    created = [storage.keep_event(ada) for _ in range(2)]
    attended, started, strange = (storage.keep_event(grace) for _ in range(3))
    for event in (attended, created[0]):
        storage.seat(event, ada)
    begun = storage.keep_event(ada, start_time=NOON)
    storage.seat(started, ada)
    with storage.new_work() as work:
        loaded = work.events.get_for_update(started.id, attendee=grace.id)
        loaded.edit(EventChanges(start_time=NOON + HOUR / 2), grace.id, now=NOON)
        work.events.save(loaded)
        work.commit()

    with storage.new_work() as work:
        found = work.events.upcoming_for_update(ada.id, NOON + HOUR / 2, 10)
        first_two = work.events.upcoming_for_update(ada.id, NOON + HOUR / 2, 2)

    ids = [event.id for event in found]
    assert ids == sorted(event.id for event in [*created, attended])
    assert [event.id for event in first_two] == ids[:2]
    assert not {begun.id, started.id, strange.id} & set(ids)
    for event in found:
        loaded = vars(storage.load(event, ada))
        assert {name: loaded[name] for name in EVENT_SEATS} == {
            name: getattr(event, name) for name in EVENT_SEATS
        }


def test_a_seat_is_given_back_without_loading_the_whole_event(storage, ada, grace):
    event = storage.keep_event(grace)
    storage.seat(event, ada)
    storage.seat(event, grace)

    with storage.new_work() as work:
        [found] = work.events.upcoming_for_update(ada.id, NOON, 10)
        found.cancel(NOON)
        work.events.save(found)
        work.commit()

    assert storage.load(event, grace).attendees_count == 1
    assert not storage.seat_of(event, ada).is_taken
    assert storage.seat_metrics.counted[-1] == (0, 1)


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
