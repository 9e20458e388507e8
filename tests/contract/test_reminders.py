from datetime import timedelta

import pytest

from domain.events.event import EventChanges
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON
from tests.contract.test_contention import at_once
from tests.storage import change

TICK = timedelta(microseconds=1)


def take(storage, starts_after=NOON, starts_until=NOON + DAY, limit=100):
    return storage.commit(lambda work: work.reminders.take_due(starts_after, starts_until, limit))


def ids(events):
    return [event.id for event in events]


def test_each_published_event_that_starts_in_the_period_is_taken_once(storage, ada):
    event = storage.keep_event(ada, start_time=NOON + DAY)
    for fields in (
        {"start_time": NOON},
        {"start_time": NOON + DAY + TICK},
        {"state": EventState.DRAFT},
        {"state": EventState.CANCELLED},
    ):
        storage.keep_event(ada, **fields)

    [taken] = take(storage)

    assert (taken.id, taken.title, taken.schedule) == (event.id, event.title, event.schedule)
    assert taken.creator_id == ada.id
    assert take(storage) == []


def test_events_are_taken_in_order_of_their_start_up_to_a_limit(storage, ada):
    late, early, next_ = (
        storage.keep_event(ada, start_time=NOON + hours * HOUR) for hours in (3, 1, 2)
    )

    assert ids(take(storage, limit=2)) == [early.id, next_.id]
    assert ids(take(storage, limit=2)) == [late.id]


def test_an_event_that_is_moved_is_taken_again(storage, ada):
    event = storage.keep_event(ada, start_time=NOON + HOUR)
    take(storage)

    def move(loaded):
        times = EventChanges(start_time=NOON + 2 * HOUR, end_time=NOON + 3 * HOUR)
        loaded.edit(times, ada.id, NOON)

    change(storage.new_work, event, move)

    assert ids(take(storage)) == [event.id]
    assert take(storage) == []


def test_what_is_rolled_back_is_taken_again(storage, ada):
    event = storage.keep_event(ada)
    with storage.new_work() as work:
        work.reminders.take_due(NOON, NOON + DAY, 1)

    assert ids(take(storage)) == [event.id]


def test_an_event_that_was_taken_can_be_deleted(storage, ada):
    event = storage.keep_event(ada)
    take(storage)

    storage.commit(lambda work: work.events.remove(work.events.get_for_update(event.id, ada.id)))

    assert take(storage) == []


@pytest.mark.parametrize("limit", [1, 100])
def test_of_concurrent_workers_one_takes_each_event(storage, ada, limit):
    events = [storage.keep_event(ada) for _ in range(5)]

    taken = [
        event for part in at_once(lambda _: take(storage, limit=limit), range(4)) for event in part
    ]

    assert len(taken) == len({event.id for event in taken})
    assert {*ids(taken), *ids(take(storage))} == {event.id for event in events}
