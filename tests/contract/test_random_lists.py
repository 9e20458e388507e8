"""Random lists of random events: PostgreSQL finds the same as the fake, which compares them all."""

from contextlib import suppress
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort, TooManyMatches
from domain.errors import DomainError
from domain.events.access import Visibility
from domain.events.description import EventType, Title
from domain.events.schedule import EventStatus
from domain.events.search import Search
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON, a_user, an_event

EVENTS, LISTS = 40, 100
NEAR_NOON = [NOON + n * HOUR for n in range(-3, 4)]
FILTERS = {
    "attending": [True, False],
    "waiting": [True, False],
    "created": [True, False],
    "starts_after": NEAR_NOON,
    "starts_before": NEAR_NOON,
    "ends_after": NEAR_NOON,
    "ends_before": NEAR_NOON,
    "status": list(EventStatus),
    "type": [EventType.MEETUP, EventType.SOCIAL],
    "creator": ["ada", "grace", "nobody"],
    "available": [True, False],
    "state": list(EventState),
    "is_registration_open": [True],
    "search": [Search.of(words) for words in ("tea", "cup", "tea cup", "none")],
}
TITLES = [Title(title) for title in ("tea", "tea", "cup", "tea cup", "tea mug")]


@pytest.fixture(params=[2, 8, EVENTS])
def max_sorted(request):
    return request.param


def an_id(random):
    return UUID(int=random.getrandbits(128))


def fill(random, *storages):
    """The same events in each storage. Returns the users."""
    people = [a_user(name, id=an_id(random)) for name in ("ada", "grace", "mary", "hedy")]
    for storage in storages:
        storage.keep(*people)
    for _ in range(EVENTS):
        start_time, state = random.choice(NEAR_NOON), random.choice(list(EventState))
        event = an_event(
            id=an_id(random),
            creator_id=random.choice(people).id,
            title=random.choice(TITLES),
            type=random.choice(FILTERS["type"]),
            start_time=start_time,
            end_time=start_time + random.choice([1, 1, 4]) * HOUR,
            created_at=NOON - random.randint(2, 6) * DAY,
            capacity=random.choice([1, 2, 3]),
            visibility=random.choice(list(Visibility)),
            state=EventState.DRAFT if state is EventState.DRAFT else EventState.PUBLISHED,
            opens_at=random.choice([None, None, *NEAR_NOON]),
            closes_at=random.choice([None, None, *NEAR_NOON]),
        )
        guests = random.sample(people, random.randint(0, len(people)))
        for storage in storages:
            storage.keep(event)
            for guest in guests:
                with suppress(DomainError):
                    storage.join_waitlist(event, guest, now=min(NEAR_NOON) - HOUR)
                with suppress(DomainError):
                    storage.seat(event, guest, now=min(NEAR_NOON) - HOUR)
            if state is EventState.CANCELLED:
                storage.call_off(event, now=NOON - DAY)
    return people


def some_criteria(random):
    names = random.sample(list(FILTERS), random.choice([0, 1, 1, 2, 2, 3, 5]))
    filters = {name: random.choice(FILTERS[name]) for name in names}
    return EventCriteria(**filters, sort=random.choice(list(EventSort)))


def is_always_served(criteria):
    """As EventQueries.find promises."""
    others = (criteria.search, criteria.available, criteria.attending, criteria.waiting)
    is_plain = others == (None, None, None, None) and not criteria.is_registration_open
    is_by_start = criteria.sort in (EventSort.SOONEST_FIRST, EventSort.LATEST_FIRST)
    is_own = criteria.created or criteria.attending or criteria.waiting
    return is_own or criteria.state is EventState.DRAFT or (is_plain and is_by_start)


def test_a_list_has_the_events_that_all_filters_match(memory_storage, database_storage, max_sorted):
    random = Random(max_sorted)
    people = fill(random, memory_storage, database_storage)
    unbounded = replace(memory_storage.events, max_sorted=EVENTS)
    served = 0
    for _ in range(LISTS):
        criteria, caller = some_criteria(random), Caller(random.choice(people).id)
        page_request = PageRequest(random.choice([1, 3, 7, 50]), random.choice([0, 0, 2, 60]))
        while True:
            arguments = criteria, replace(page_request, is_counted=True), caller, NOON
            expected = unbounded.find(*arguments)
            try:
                page = database_storage.events.find(*arguments)
            except TooManyMatches:
                assert not is_always_served(criteria)
                break
            assert page == expected, criteria
            memory_storage.events.find(*arguments)  # raises TooManyMatches where it must be raised
            served += 1
            if page.next_cursor is None:
                break
            page_request = PageRequest(page_request.limit, after=page.next_cursor)

    assert served > LISTS / 4
