"""On 40,000 events and 800,000 seats, PostgreSQL finds all that is asked for by an index."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from rich.progress import Progress

from adapters.postgres.calendars.queries import ENTRIES, ENTRY
from adapters.postgres.engine import make_engine
from adapters.postgres.events.filters import StatementKey, filter_values
from adapters.postgres.events.statements import (
    COUNT_OF_ATTENDEES,
    DETAIL,
    count_of,
    page_of_attendees,
)
from adapters.postgres.events.writes import LOAD, LOCK, SeatChange, update_event
from adapters.postgres.pages import page_values
from adapters.postgres.reader import Reader
from application.calendars.read_calendar_feed import DESCRIPTION_MAX, ENTRIES_MAX
from application.pages import Cursor, PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import Search
from tests.bench.dataset import Dataset, event_id, user_id
from tests.bench.texts import IN_1_OF_100, IN_1_OF_1000, IN_ALL, IN_ONE
from tests.integration.postgres.event_pages import FIRST, NOW, asked, told
from tests.postgres import a_database

# Of 8 KiB. 20 rows and what is shown with them take some hundred; events alone has 1,200.
BLOCKS = 1000
DAY = timedelta(days=1)
FILTERS = [
    {},
    {"attending": True},
    {"attending": False},
    {"created": True},
    {"created": False},
    {"status": EventStatus.UPCOMING},
    {"status": EventStatus.ONGOING},
    {"status": EventStatus.PAST},
    {"starts_after": NOW + 100 * DAY},
    {"starts_before": NOW - 100 * DAY},
    {"starts_after": NOW, "starts_before": NOW + DAY, "attending": False},
    {"attending": True, "status": EventStatus.UPCOMING},
    {"created": True, "status": EventStatus.PAST},
    {"created": False, "attending": False, "status": EventStatus.ONGOING},
    {"ends_after": NOW},
    {"ends_before": NOW},
    {"ends_after": NOW, "starts_before": NOW + DAY},
    {"type": EventType.WORKSHOP},
    {"creator": "P-5"},
    {"creator": "nobody"},
    {"available": True},
    *(
        {"search": Search.of(words)}
        for words in (IN_ONE, IN_1_OF_1000, "%", IN_1_OF_100, IN_ALL, "e", "nowhere")
    ),
    {"search": Search.of(IN_ONE), "status": EventStatus.UPCOMING},
    {"search": Search.of(f"{IN_ALL} e"), "status": EventStatus.UPCOMING, "attending": False},
]
BY_START = [EventSort.SOONEST_FIRST, EventSort.LATEST_FIRST]
DEEP = PageRequest(20, after=Cursor(NOW + 50 * DAY, event_id(7)), is_counted=False)
# What is asked, in which order, and the index that answers.
ANSWERED_BY = [
    ({}, EventSort.OLDEST_FIRST, "events_created_at_idx"),
    ({}, EventSort.NEWEST_FIRST, "events_created_at_idx"),
    ({}, EventSort.BY_TITLE, "events_title_idx"),
    ({}, EventSort.BY_TITLE_BACKWARDS, "events_title_idx"),
    ({"type": EventType.CONFERENCE}, EventSort.SOONEST_FIRST, "events_type_idx"),
    ({"creator": "p-5"}, EventSort.SOONEST_FIRST, "events_creator_id_idx"),
    ({"creator": "p-5"}, EventSort.SOONEST_FIRST, "users_username_key"),
    ({"creator": "p-5"}, EventSort.BY_TITLE, "events_creator_id_idx"),
    ({"creator": "p-5"}, EventSort.NEWEST_FIRST, "events_creator_id_idx"),
    *(
        ({"search": Search.of(words)}, sort, "events_search_idx")
        for words in (IN_ONE, IN_1_OF_1000, "%", "nowhere")
        for sort in EventSort
    ),
    ({"search": Search.of(IN_ALL)}, EventSort.BY_TITLE, "events_title_idx"),
    ({"search": Search.of(IN_ALL)}, EventSort.NEWEST_FIRST, "events_created_at_idx"),
]
# One row that is found by its id: three levels of the index, and the row.
BLOCKS_OF_A_ROW = 5
OPEN_FEEDS = """
    INSERT INTO calendar_feeds (user_id, secret_hash, created_at)
    SELECT id, sha256(id::text::bytea), now() FROM users
    ON CONFLICT DO NOTHING RETURNING user_id
"""

FEED = {
    "secret_hash": sha256(str(user_id(5)).encode()).digest(),
    "limit": ENTRIES_MAX,
    "length": DESCRIPTION_MAX,
}


@pytest.fixture(scope="module")
def large_load(postgres):
    """40,000 events and 800,000 seats."""
    with a_database(postgres, migrated=False) as url:
        data = Dataset(url.render_as_string(hide_password=False), scale=4, refreshable=0)
        with Progress(disable=True) as progress:
            data.load(progress)
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield Reader(engine)
        engine.dispose()
        data.close()


@pytest.fixture
def read_whole(large_load):
    """The tables that the plan of a statement reads from one end to the other."""

    def find(sql, values):
        plan = [line for [line] in large_load.rows(f"EXPLAIN {sql}", values)]
        return re.findall(r"Seq Scan on (\w+)", "\n".join(plan))

    return find


@pytest.fixture
def indexes_of(large_load):
    """The indexes that a statement reads: its plan may have more."""

    def find(sql, values):
        [[[found]]] = large_load.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        return set(read_by(found["Plan"]))

    def read_by(node):
        if node["Actual Loops"] and "Index Name" in node:
            yield node["Index Name"]
        for each in node.get("Plans", ()):
            yield from read_by(each)

    return find


@pytest.fixture
def blocks_of(large_load):
    """How many blocks a statement looks at; an index walked past many rows shows here."""

    def count(sql, values):
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
        [[[found]]] = large_load.rows(f"{explain} {sql}", values)
        return found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]

    return count


@pytest.mark.parametrize("criteria", FILTERS, ids=told)
@pytest.mark.parametrize("sort", BY_START)
@pytest.mark.parametrize("page_request", [FIRST, DEEP], ids=["first page", "by cursor"])
def test_a_page_of_events(read_whole, blocks_of, criteria, sort, page_request):
    page, values = asked(EventCriteria(**criteria, sort=sort), page_request)

    # Who asks for seats that are left has the events read whole if these are few, which they
    # are not here.
    assert read_whole(page, values) == (["events"] if "available" in criteria else [])
    assert blocks_of(page, values) < BLOCKS


def test_an_event_and_its_attendees(read_whole, blocks_of):
    values = {"event_id": event_id(7), "viewer_id": user_id(5), **page_values(DEEP)}

    pages = [page_of_attendees(is_after=is_after) for is_after in (False, True)]
    for statement in (DETAIL, COUNT_OF_ATTENDEES, *pages):
        assert read_whole(statement, values) == []
        assert blocks_of(statement, values) < BLOCKS


def test_taking_a_seat_and_giving_it_back(read_whole):
    values = {
        "event_id": event_id(7),
        "attendee": user_id(5),
        "registered_at": NOW,
        "attendees_count": 3,
    }
    changed = frozenset({"attendees_count"})

    writes = [update_event(changed, change) for change in SeatChange]
    for statement in [LOCK, LOAD, *writes]:
        assert read_whole(statement, values) == []


def test_the_checks_see_what_no_index_helps(read_whole, blocks_of):
    by_title = "SELECT FROM events WHERE title = %(title)s"
    assert read_whole(by_title, {"title": "x"}) == ["events"]
    late = "SELECT * FROM events WHERE capacity = 1 ORDER BY start_time, id LIMIT 20"
    assert blocks_of(late, {}) > BLOCKS


@pytest.mark.parametrize(("criteria", "sort", "index"), ANSWERED_BY, ids=told)
def test_each_question_has_its_index(indexes_of, blocks_of, criteria, sort, index):
    page, values = asked(EventCriteria(**criteria, sort=sort), FIRST)

    assert index in indexes_of(page, values)
    assert blocks_of(page, values) < BLOCKS


@pytest.mark.parametrize("words", [IN_ONE, IN_1_OF_1000, IN_1_OF_100, IN_ALL, "e"])
def test_a_search_is_counted_by_its_index(indexes_of, read_whole, words):
    criteria = EventCriteria(search=Search.of(words))
    values = filter_values(criteria, user_id(5), NOW)

    assert indexes_of(count_of(StatementKey.of(criteria)), values) == {"events_search_idx"}
    assert read_whole(count_of(StatementKey.of(criteria)), values) == []


@pytest.fixture(scope="module")
def feeds(large_load):
    large_load.rows(OPEN_FEEDS, {})
    large_load.rows("ANALYZE calendar_feeds; SELECT 1", {})


def test_a_feed(feeds, large_load, read_whole, blocks_of):
    """Of a person who has 200 seats and 10 events."""
    assert len(large_load.rows(ENTRIES, FEED)) == 210
    assert read_whole(ENTRIES, FEED) == []
    assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (200 + 210)


def test_a_feed_of_a_busy_person(feeds, large_load, read_whole, blocks_of):
    """Who has a seat at 5,000 events more: the 1,000 that start latest are shown."""
    seats = """
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(person)s, now() FROM events ORDER BY id LIMIT 5000
        ON CONFLICT DO NOTHING RETURNING event_id
    """
    added = [event for (event,) in large_load.rows(seats, {"person": user_id(5)})]
    try:
        assert len(large_load.rows(ENTRIES, FEED)) == ENTRIES_MAX
        assert read_whole(ENTRIES, FEED) == []
        assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (5_200 + ENTRIES_MAX)
    finally:
        undo = "DELETE FROM attendances WHERE registered_at > %(loaded_at)s RETURNING event_id"
        assert len(large_load.rows(undo, {"loaded_at": NOW - DAY})) == len(added)


def test_the_file_of_an_event(read_whole):
    assert read_whole(ENTRY, {"event_id": event_id(7)}) == []
