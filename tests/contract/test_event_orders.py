"""The orders of the list, and pages in them by offset and by position."""

import pytest

from adapters.postgres.events import queries, statements
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import Title
from domain.events.search import Search
from tests.builders import HOUR, NOON, a_user

ALL = PageRequest(limit=100)
TITLES = ["alpha", "Beta", "beta", "BETA max", "gamma"]
# None, one that PostgreSQL can walk with, and those for which it has two ways.
FILTERS = [{}, {"attending": False}, {"available": True}, {"search": Search.of("in")}]


@pytest.fixture
def events(storage, ada):
    """Each value comes twice or more, in an order of its own."""
    people = [a_user(name) for name in ("p1", "p2")]
    storage.keep(*people)
    events = []
    for n in range(11):
        event = storage.keep_event(
            ada,
            title=Title(f"{TITLES[7 * n % 5]} in"),
            start_time=NOON + (1 + n % 2) * HOUR,
            created_at=NOON - (5 * n % 3) * HOUR,
        )
        for person in people[: 2 * n % 3]:
            storage.seat(event, person)
        events.append(event)
    return events


def found(storage, viewer, page_request, sort, filters):
    return storage.events.find(
        EventCriteria(sort=sort, **filters), page_request, Caller(viewer.id), NOON
    )


@pytest.fixture
def storage(storage_in_each_way):
    return storage_in_each_way


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("sort", EventSort)
def test_pages_neither_repeat_nor_skip_where_values_are_equal(storage, ada, events, sort, filters):
    pages = [found(storage, ada, PageRequest(4, n), sort, filters) for n in (0, 4, 8, 12)]

    def place(view):
        value = getattr(view, sort.field)
        return (value.lower() if sort.field == "title" else value), view.id

    listed = [place(view) for page in pages for view in page.results]
    everything = [storage.events.get(event.id, Caller(ada.id), NOON) for event in events]
    assert listed == sorted(map(place, everything), reverse=sort.is_descending)
    assert {page.count for page in pages} == {11}


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("sort", EventSort)
def test_pages_by_cursor_equal_the_whole_list(storage, ada, events, sort, filters):
    whole = found(storage, ada, ALL, sort, filters)

    results, page = [], found(storage, ada, PageRequest(4), sort, filters)
    while page.next_cursor and len(results) < len(events):
        results += page.results
        page = found(storage, ada, PageRequest(4, after=page.next_cursor), sort, filters)

    assert [*results, *page.results] == list(whole.results)
    assert page.count == whole.count == 11
    assert whole.next_cursor is None


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_rare_matches_are_found_at_any_position(postgres_storage, limit, monkeypatch):
    """The scan along the index stops early, at any position."""
    storage, ada = postgres_storage, a_user("ada")
    storage.keep(ada)

    def bounds(page_request, key, max_sorted):
        usual = statements.bounds(page_request, key, max_sorted)
        return usual | {"few": 0, "scanned": 2 * usual["needed"]}

    monkeypatch.setattr(queries, "bounds", bounds)
    events = [
        storage.keep_event(
            ada, title=Title("rare" if n % 5 == 4 else "tea"), created_at=NOON + n * HOUR
        )
        for n in range(1, 16)
    ]
    rare = [event.id for event in events if event.title == "rare"]

    results, page_request = [], PageRequest(limit)
    while True:
        page = found(
            storage, ada, page_request, EventSort.OLDEST_FIRST, {"search": Search.of("rar")}
        )
        results += [view.id for view in page.results]
        assert page.count == len(rare)
        if page.next_cursor is None:
            break
        page_request = PageRequest(limit, after=page.next_cursor)

    assert results == rare
