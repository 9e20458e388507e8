from dataclasses import replace
from uuid import uuid4

import pytest

from domain.events.description import Capacity, Description, Title
from domain.events.errors import EventNotFound
from domain.events.event import EventChanges, Seat
from tests.builders import DAY, HOUR, NOON, an_event


def test_every_field_of_an_event_survives(storage, ada):
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
    with storage.new_work() as work, pytest.raises(EventNotFound) as refusal:
        work.events.get_for_update(event_id, attendee=ada.id)

    assert refusal.value.event_id == event_id


def test_an_edit_is_saved_whole(storage, ada):
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


def test_a_seat_given_back_is_free(storage, ada, grace):
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
