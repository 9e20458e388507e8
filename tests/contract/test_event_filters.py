"""The criteria of the list, one by one and together."""

from datetime import timedelta
from itertools import product

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.errors import Conflict
from domain.events.access import Visibility
from domain.events.description import EventType, Title
from domain.events.schedule import EventStatus
from domain.events.search import Search
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON

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
    storage.delete_account(grace)

    assert ids(found(storage, ada, creator="grace")) == set()


def test_an_event_is_available_while_seats_are_left(storage, ada, grace):
    full, half_full, empty = (storage.keep_event(ada, capacity=n) for n in (1, 2, 1))
    for event in (full, half_full):
        storage.seat(event, grace)

    assert ids(found(storage, ada, available=True)) == {half_full.id, empty.id}
    assert ids(found(storage, ada, available=False)) == {full.id}


def test_an_event_is_available_only_while_it_is_published(storage, ada):
    """`available=False` finds all other events."""
    draft, published, cancelled = (storage.keep_event(ada, state=state) for state in EventState)

    assert ids(found(storage, ada, available=True)) == {published.id}
    assert ids(found(storage, ada, available=False)) == {draft.id, cancelled.id}


@pytest.fixture
def events_of_every_kind(storage, ada, grace):
    """By state, visibility, who created it, and whether Ada attends."""
    events = {}
    for kind in product(EventState, Visibility, (ada, grace), (True, False)):
        state, visibility, creator, attends = kind
        is_cancelled = state is EventState.CANCELLED
        if attends and state is EventState.DRAFT:
            continue
        event = storage.keep_event(
            creator,
            visibility=visibility,
            state=EventState.PUBLISHED if is_cancelled else state,
        )
        if attends:
            storage.seat(event, ada)
        if is_cancelled:
            storage.call_off(event)
        events[state, visibility, creator.username, attends] = event.id
    return events


def listed(events):
    """The events that Ada should see in lists."""
    return {
        kind: event_id
        for kind, event_id in events.items()
        if kind[2] == "ada"
        or (kind[0] is not EventState.DRAFT and (kind[1] is Visibility.PUBLIC or kind[3]))
    }


@pytest.mark.parametrize("sort", EventSort)
def test_drafts_are_listed_for_their_creator_and_unlisted_events_for_attendees_too(
    storage, ada, events_of_every_kind, sort
):
    page = found(storage, ada, sort=sort)

    assert ids(page) == set(listed(events_of_every_kind).values())
    assert page.count == len(page.results)


def test_no_filter_reveals_a_hidden_event(storage, ada, events_of_every_kind):
    others = ({}, {"search": Search.of("tea")}, {"available": True})
    either = (True, False, None)
    for state, attending, created, other in product((*EventState, None), either, either, others):
        page = found(storage, ada, attending=attending, created=created, state=state, **other)

        assert ids(page) == {
            event_id
            for (its_state, _, creator, attends), event_id in listed(events_of_every_kind).items()
            if state in (None, its_state)
            and attending in (None, attends)
            and created in (None, creator == "ada")
            and ("available" not in other or its_state is EventState.PUBLISHED)
        }
        assert page.count == len(page.results)


@pytest.mark.parametrize("status", EventStatus)
def test_a_count_leaves_out_hidden_events_on_every_page(storage, ada, grace, status):
    now = {EventStatus.UPCOMING: NOON, EventStatus.ONGOING: NOON + HOUR}.get(status, NOON + DAY)
    for visibility in Visibility:
        for state in EventState:
            storage.keep_event(ada, visibility=visibility, state=state)
    criteria = EventCriteria(status=status)

    for offset in (0, 1, 2):
        page = storage.events.find(criteria, PageRequest(1, offset), Caller(grace.id), now)
        assert (page.count, len(page.results)) == (2, 1 if offset < 2 else 0)


def test_registration_is_open_within_its_window(storage, ada):
    events = [
        storage.keep_event(ada, start_time=NOON + HOUR, opens_at=opens_at, closes_at=closes_at)
        for opens_at, closes_at in (
            (None, None),
            (NOON, None),
            (None, NOON),
            (NOON - HOUR, NOON + HOUR),
            (NOON - HOUR, NOON),
            (NOON + TICK, NOON + HOUR),
        )
    ]

    def are_open(now):
        page = found(storage, ada, now=now, is_registration_open=True)
        assert page.count == len(page.results)
        return [event.id in ids(page) for event in events]

    assert are_open(NOON - TICK) == [True, False, True, True, True, False]
    assert are_open(NOON) == [True, True, False, True, False, False]
    assert are_open(NOON + TICK) == [True, True, False, True, False, True]
    assert are_open(NOON + HOUR) == [False] * 6


@pytest.mark.parametrize(
    "kind",
    [
        {"start_time": NOON},
        {"state": EventState.DRAFT},
        {"state": EventState.CANCELLED},
        {"capacity": 1},
        {"opens_at": NOON + TICK},
        {"closes_at": NOON},
    ],
    ids=str,
)
def test_the_filter_for_open_registration_agrees_with_taking_a_seat(storage, ada, grace, kind):
    full = storage.keep_event(ada, capacity=1)
    storage.seat(full, grace)
    event = full if kind == {"capacity": 1} else storage.keep_event(ada, **kind)

    assert event.id not in ids(found(storage, ada, is_registration_open=True))
    with pytest.raises(Conflict):
        storage.seat(event, ada)


@pytest.mark.parametrize("sort", EventSort)
def test_all_criteria_combine(storage, ada, grace, sort):
    """Each event fails one of them, but for the last."""
    wanted = {
        "title": Title("Tea for two"),
        "type": EventType.SOCIAL,
        "start_time": NOON + HOUR,
        "end_time": NOON + 3 * HOUR,
        "capacity": 2,
        "opens_at": NOON,
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
    cancelled = storage.keep_event(ada, **wanted)
    storage.seat(cancelled, grace)
    storage.call_off(cancelled)
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
        state=EventState.PUBLISHED,
        is_registration_open=True,
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
