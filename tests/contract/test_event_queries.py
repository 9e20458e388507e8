from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest

from application.pages import Window
from application.ports.event_queries import (
    AttendeeView,
    EventCriteria,
    EventSort,
    EventView,
)
from domain.events.errors import EventNotFound
from domain.events.event import Seat
from domain.events.schedule import EventStatus
from tests.builders import HOUR, NOON, an_event

ALL = Window(limit=100, offset=0)


def found(storage, viewer, window=ALL, now=NOON, **criteria):
    return storage.events.find(EventCriteria(**criteria), window, viewer.id, now)


def ids(page):
    return {view.id for view in page.results}


@pytest.fixture
def four_events(storage, ada, grace):
    """By who created it and whether Ada attends."""
    events = {}
    for creator, attends in product((ada, grace), (True, False)):
        events[creator.username, attends] = storage.keep_event(creator)
        if attends:
            storage.seat(events[creator.username, attends], ada)
    return events


def test_a_viewer_sees_every_field(storage, ada, grace):
    event = storage.keep_event(ada, capacity=5)
    storage.seat(event, grace)

    seen = storage.events.get(event.id, grace.id, NOON)

    assert seen == EventView.of(storage.load(event, grace), ada.username, NOON)
    assert seen.is_attending
    assert (seen.attendees_count, seen.seats_left) == (1, 4)
    assert not storage.events.get(event.id, ada.id, NOON).is_attending


def test_lists_and_detail_show_the_same(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace)

    for viewer, now in product((ada, grace), (NOON, NOON + HOUR, NOON + 2 * HOUR)):
        assert found(storage, viewer, now=now).results == [
            storage.events.get(event.id, viewer.id, now)
        ]


def test_an_unknown_event_has_neither_detail_nor_attendees(storage, ada):
    with pytest.raises(EventNotFound):
        storage.events.get(uuid4(), ada.id, NOON)
    with pytest.raises(EventNotFound):
        storage.events.attendees(uuid4(), ALL)


@pytest.mark.parametrize("attending", [True, False, None])
@pytest.mark.parametrize("created", [True, False, None])
def test_filters_by_place_combine_and_false_is_the_complement(
    storage, ada, four_events, attending, created
):
    page = found(storage, ada, attending=attending, created=created)

    expected = {
        event.id
        for (creator, attends), event in four_events.items()
        if attending in (None, attends) and created in (None, creator == "ada")
    }
    assert ids(page) == expected
    assert page.count == len(expected)


def test_bounds_on_the_start_are_inclusive(storage, ada):
    events = [storage.keep_event(ada, start_time=NOON + n * HOUR) for n in (1, 2, 3)]

    between = found(storage, ada, starts_after=NOON + HOUR, starts_before=NOON + 2 * HOUR)

    assert ids(between) == {events[0].id, events[1].id}
    assert ids(found(storage, ada, starts_after=NOON + 2 * HOUR + HOUR / 60)) == {events[2].id}


@pytest.mark.parametrize("offset_s", [-1, 0, 1, 3599, 3600, 3601])
def test_the_status_filter_agrees_with_the_status_field(storage, ada, offset_s):
    event = storage.keep_event(ada, start_time=NOON, end_time=NOON + HOUR)
    now = NOON + timedelta(seconds=offset_s)

    by_filter = [s for s in EventStatus if ids(found(storage, ada, now=now, status=s))]

    assert by_filter == [storage.events.get(event.id, ada.id, now).status]


@pytest.mark.parametrize("sort", EventSort)
def test_pages_neither_repeat_nor_skip_where_starts_are_equal(storage, ada, sort):
    events = [storage.keep_event(ada, start_time=NOON + (n % 2) * HOUR) for n in range(1, 12)]

    pages = [found(storage, ada, Window(4, offset), sort=sort) for offset in (0, 4, 8, 12)]

    listed = [(view.start_time, view.id) for page in pages for view in page.results]
    assert listed == sorted(
        ((event.schedule.start_time, event.id) for event in events),
        reverse=sort is EventSort.LATEST_FIRST,
    )
    assert {page.count for page in pages} == {11}


@pytest.mark.parametrize("sort", EventSort)
def test_pages_after_a_position_are_the_same_ones(storage, ada, sort):
    for n in range(1, 12):
        storage.keep_event(ada, start_time=NOON + (n % 2) * HOUR)
    whole = found(storage, ada, sort=sort)

    seen, page = [], found(storage, ada, Window(4), sort=sort)
    while page.next_after:
        seen += page.results
        page = found(storage, ada, Window(4, after=page.next_after), sort=sort)

    assert [*seen, *page.results] == list(whole.results)
    assert page.count == whole.count == 11
    assert whole.next_after is None


def test_a_page_that_need_not_be_counted_is_not(storage, ada):
    event = storage.keep_event(ada)
    window = Window(limit=1, is_counted=False)

    assert found(storage, ada, window).count is None
    assert storage.events.attendees(event.id, window).count is None


def test_attendees_go_on_after_a_position(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace, now=NOON)
    storage.seat(event, ada, now=NOON)
    whole = storage.events.attendees(event.id, ALL).results

    first = storage.events.attendees(event.id, Window(1))
    second = storage.events.attendees(event.id, Window(1, after=first.next_after))

    assert [*first.results, *second.results] == list(whole)
    assert second.next_after is None


def test_attendees_come_in_order_of_registration(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace, now=NOON)
    storage.seat(event, ada, now=NOON + HOUR / 2)

    page = storage.events.attendees(event.id, ALL)

    assert page.count == 2
    assert page.results == [
        AttendeeView(grace.id, "grace", NOON),
        AttendeeView(ada.id, "ada", NOON + HOUR / 2),
    ]
    second = storage.events.attendees(event.id, Window(limit=1, offset=1))
    assert (second.count, second.results) == (2, page.results[1:])


def test_an_event_made_from_its_aggregate_looks_as_it_is_read(storage, ada):
    event = an_event(creator_id=ada.id, seat=Seat(ada.id))
    storage.keep(event)

    assert EventView.of(event, ada.username, NOON) == storage.events.get(event.id, ada.id, NOON)
