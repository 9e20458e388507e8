"""Lists that no index has in order: at most `max_sorted` events are read."""

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort, TooManyMatches
from domain.events.description import EventType, Title
from domain.events.schedule import EventStatus
from domain.events.search import Search
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON, a_user

UPCOMING = EventStatus.UPCOMING
# With `max_sorted`, PostgreSQL scans five events for this page.
ONE = PageRequest(1)


@pytest.fixture
def max_sorted():
    return 3


def keep_events(storage, creator, title, count, start_time=NOON + HOUR, **values):
    return [
        storage.keep_event(
            creator, title=Title(f"{title} {n}"), start_time=start_time + n * DAY, **values
        )
        for n in range(count)
    ]


def titles(storage, viewer, sort, page_request=ONE, **filters):
    criteria = EventCriteria(sort=sort, **filters)
    page = storage.events.find(criteria, page_request, Caller(viewer.id), NOON)
    return [view.title for view in page.results]


@pytest.mark.parametrize("page_request", [ONE, PageRequest(1, 100, is_counted=False)], ids=str)
@pytest.mark.parametrize("filters", [{}, {"status": UPCOMING}, {"available": False}], ids=str)
@pytest.mark.parametrize("sort", [EventSort.FEWEST_ATTENDEES_FIRST, EventSort.MOST_ATTENDEES_FIRST])
def test_too_many_events_are_not_sorted_by_attendees(storage, ada, sort, filters, page_request):
    keep_events(storage, ada, "Tea", 3)
    titles(storage, ada, sort, page_request, **filters)
    keep_events(storage, ada, "Cup", 1)

    with pytest.raises(TooManyMatches):
        titles(storage, ada, sort, page_request, **filters)


@pytest.mark.parametrize("filters", [{"attending": False}, {"available": True}], ids=str)
def test_events_count_even_if_a_filter_without_an_index_excludes_them(storage, ada, filters):
    [full, *_] = keep_events(storage, ada, "Tea", 4, capacity=1)
    storage.seat(full, ada)

    with pytest.raises(TooManyMatches):
        titles(storage, ada, EventSort.MOST_ATTENDEES_FIRST, **filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"type": EventType.WORKSHOP},
        {"starts_before": NOON + 2 * HOUR},
        {"status": EventStatus.ONGOING},
        {"creator": "GRACE"},
        {"creator": "nobody"},
    ],
    ids=str,
)
def test_events_that_a_filter_excludes_do_not_count(storage, ada, grace, filters):
    keep_events(storage, ada, "Tea", 4, start_time=NOON + DAY)
    keep_events(storage, grace, "Cup", 1, type=EventType.WORKSHOP)

    found = titles(storage, ada, EventSort.MOST_ATTENDEES_FIRST, **filters)

    assert found == ([] if "status" in filters or "nobody" in filters.values() else ["Cup 0"])


@pytest.mark.parametrize("sort", EventSort)
def test_any_number_of_own_events_is_sorted(storage, ada, sort):
    for event in keep_events(storage, ada, "Tea", 4):
        storage.seat(event, ada)

    assert len(titles(storage, ada, sort, created=True, available=True)) == 1
    assert len(titles(storage, ada, sort, attending=True, search=Search.of("tea"))) == 1


@pytest.mark.parametrize("sort", EventSort)
def test_any_number_of_own_drafts_is_sorted(storage, ada, grace, sort):
    keep_events(storage, grace, "Cup", 6)
    keep_events(storage, ada, "Tea", 4, start_time=NOON + 9 * DAY, state=EventState.DRAFT)

    assert len(titles(storage, ada, sort, state=EventState.DRAFT, search=Search.of("tea"))) == 1
    assert len(titles(storage, ada, sort, PageRequest(9), state=EventState.DRAFT)) == 4


@pytest.mark.parametrize("sort", EventSort)
def test_lists_without_filters_are_in_the_order_of_an_index(storage, ada, sort):
    keep_events(storage, ada, "Tea", 12)

    if sort.field != "attendees_count":
        assert len(titles(storage, ada, sort, PageRequest(2, offset=9))) == 2


@pytest.mark.parametrize("field", ["title", "created_at"])
def test_a_list_whose_first_events_do_not_match_the_filter_is_rejected(postgres_storage, field):
    storage, ada = postgres_storage, a_member(postgres_storage)
    first, last = [sort for sort in EventSort if sort.field == field]
    keep_events(storage, ada, "A", 5, NOON - 90 * DAY, created_at=NOON - 2 * DAY)
    keep_events(storage, ada, "B", 4, created_at=NOON - DAY)

    with pytest.raises(TooManyMatches):
        titles(storage, ada, first, status=UPCOMING)

    # A list is served if the scan fills the page, or if the filters leave few events.
    assert titles(storage, ada, last, status=UPCOMING, starts_after=NOON)[0].startswith("B")
    narrow = {"starts_before": NOON + 2 * DAY + HOUR}
    assert titles(storage, ada, first, status=UPCOMING, **narrow)[0].startswith("B")


@pytest.mark.parametrize("max_sorted", [12])  # a search may read a quarter
@pytest.mark.parametrize("sort", [EventSort.SOONEST_FIRST, EventSort.BY_TITLE])
def test_a_search_for_a_frequent_word_that_the_first_events_lack_is_rejected(
    postgres_storage, sort
):
    storage, ada = postgres_storage, a_member(postgres_storage)
    keep_events(storage, ada, "Cup", 5)
    keep_events(storage, ada, "Tea", 3, NOON + 20 * DAY)
    tea = Search.of("tea")
    assert titles(storage, ada, sort, search=tea) == ["Tea 0"]  # few enough to sort

    keep_events(storage, ada, "Tea", 1, NOON + 30 * DAY, type=EventType.WORKSHOP)

    with pytest.raises(TooManyMatches):
        titles(storage, ada, sort, search=tea)
    assert titles(storage, ada, sort, search=tea, type=EventType.WORKSHOP) == ["Tea 0"]


def test_a_list_of_full_events_after_many_with_seats_left_is_rejected(postgres_storage):
    storage, ada = postgres_storage, a_member(postgres_storage)
    keep_events(storage, ada, "Tea", 5)
    [full] = keep_events(storage, ada, "Full", 1, NOON + 20 * DAY, capacity=1)
    storage.seat(full, ada)

    with pytest.raises(TooManyMatches):
        titles(storage, ada, EventSort.SOONEST_FIRST, available=False)
    period = {"starts_after": NOON + 2 * DAY}
    assert titles(storage, ada, EventSort.SOONEST_FIRST, available=False, **period) == ["Full 0"]


def test_a_page_by_offset_may_also_read_the_events_that_it_skips(postgres_storage):
    storage, ada = postgres_storage, a_member(postgres_storage)
    keep_events(storage, ada, "Tea", 12)

    page_request = PageRequest(1, offset=10)
    assert titles(storage, ada, EventSort.SOONEST_FIRST, page_request, available=True) == ["Tea 10"]


def a_member(storage):
    user = a_user("ada")
    storage.keep(user)
    return user
