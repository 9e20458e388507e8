"""The criteria of the list, one by one and together."""

from datetime import timedelta
from itertools import product

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType, Title
from domain.events.schedule import EventStatus
from domain.events.search import Search
from tests.builders import HOUR, NOON

ALL = PageRequest(limit=100, offset=0)
TICK = timedelta(microseconds=1)


def found(storage, viewer, now=NOON, **criteria):
    return storage.events.find(EventCriteria(**criteria), ALL, Caller(viewer.id), now)


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


def test_bounds_on_the_end_are_inclusive(storage, ada):
    long = storage.keep_event(ada, start_time=NOON, end_time=NOON + 9 * HOUR)
    short = [storage.keep_event(ada, start_time=NOON + n * HOUR) for n in (1, 2, 3)]

    assert ids(found(storage, ada, ends_after=NOON + 4 * HOUR)) == {long.id, short[2].id}
    assert ids(found(storage, ada, ends_after=NOON + 4 * HOUR + TICK)) == {long.id}
    assert ids(found(storage, ada, ends_after=NOON + 9 * HOUR)) == {long.id}
    assert ids(found(storage, ada, ends_after=NOON + 9 * HOUR + TICK)) == set()
    assert ids(found(storage, ada, ends_before=NOON + 3 * HOUR)) == {short[0].id, short[1].id}
    assert ids(found(storage, ada, ends_before=NOON + 3 * HOUR - TICK)) == {short[0].id}
    between = found(storage, ada, ends_after=NOON + 3 * HOUR, ends_before=NOON + 4 * HOUR)
    assert ids(between) == {short[1].id, short[2].id}


def test_a_type_finds_its_events(storage, ada):
    events = {each: storage.keep_event(ada, type=each) for each in EventType}

    for each, event in events.items():
        assert ids(found(storage, ada, type=each)) == {event.id}


def test_the_creator_filter_ignores_case_and_whitespace_around_the_name(storage, ada, grace):
    event = storage.keep_event(grace)
    storage.keep_event(ada)

    for name in ("grace", "GRACE", "Grace", "grace ", "\tgrace"):
        assert ids(found(storage, ada, creator=name)) == {event.id}
    for name in ("", "grac", "gr ace", "gr%", "graceé", "\u212a", str(grace.id)):
        page = found(storage, ada, creator=name)
        assert (page.count, list(page.results), page.next_cursor) == (0, [], None)


def test_the_creator_filter_does_not_find_a_deleted_account(storage, ada, grace):
    storage.keep_event(grace)
    with storage.new_work() as work:
        work.users.remove(grace)
        work.commit()

    assert ids(found(storage, ada, creator="grace")) == set()


def test_an_event_is_available_while_seats_are_left(storage, ada, grace):
    full, half_full, empty = (storage.keep_event(ada, capacity=n) for n in (1, 2, 1))
    for event in (full, half_full):
        storage.seat(event, grace)

    assert ids(found(storage, ada, available=True)) == {half_full.id, empty.id}
    assert ids(found(storage, ada, available=False)) == {full.id}


@pytest.mark.parametrize("sort", EventSort)
def test_all_criteria_combine(storage, ada, grace, sort):
    """Each event fails one of them, but for the last."""
    wanted = {
        "title": Title("Tea for two"),
        "type": EventType.SOCIAL,
        "start_time": NOON + HOUR,
        "end_time": NOON + 3 * HOUR,
        "capacity": 2,
    }
    for change in (
        {"title": Title("Coffee")},
        {"type": EventType.MEETUP},
        {"start_time": NOON + HOUR - TICK},
        {"start_time": NOON + 2 * HOUR + TICK},
        {"end_time": NOON + 3 * HOUR - TICK},
        {"end_time": NOON + 4 * HOUR + TICK},
        {"capacity": 1},
    ):
        storage.seat(storage.keep_event(ada, **wanted | change), grace)
    storage.keep_event(ada, **wanted)
    storage.seat(storage.keep_event(grace, **wanted), grace)
    event = storage.keep_event(ada, **wanted)
    storage.seat(event, grace)

    page = found(
        storage,
        grace,
        attending=True,
        created=False,
        starts_after=NOON + HOUR,
        starts_before=NOON + 2 * HOUR,
        ends_after=NOON + 3 * HOUR,
        ends_before=NOON + 4 * HOUR,
        status=EventStatus.UPCOMING,
        type=EventType.SOCIAL,
        creator="ADA",
        available=True,
        search=Search.of("two tea"),
        sort=sort,
    )

    assert (page.count, ids(page)) == (1, {event.id})


@pytest.mark.parametrize("offset_s", [-1, 0, 1, 3599, 3600, 3601])
def test_the_status_filter_agrees_with_the_status_field(storage, ada, offset_s):
    event = storage.keep_event(ada, start_time=NOON, end_time=NOON + HOUR)
    now = NOON + timedelta(seconds=offset_s)

    by_filter = [s for s in EventStatus if ids(found(storage, ada, now=now, status=s))]

    assert by_filter == [storage.events.get(event.id, Caller(ada.id), now).status]
