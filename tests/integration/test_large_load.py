"""On 100,000 events and 2,000,000 seats, PostgreSQL finds all that is asked for by an index."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from rich.progress import Progress
from sqlalchemy import text

from adapters.persistence.calendar_queries import ENTRIES, ENTRY
from adapters.persistence.engine import make_engine
from adapters.persistence.event_conditions import Shape, values_of
from adapters.persistence.event_statements import (
    COUNT_OF_ATTENDEES,
    DETAIL,
    page_of_attendees,
    page_of_events,
)
from adapters.persistence.event_writes import LOCK_AND_LOAD, SeatChange, saving
from adapters.persistence.pages import values_of_window
from adapters.persistence.reader import Reader
from application.calendars.read_calendar_feed import ENTRIES_MAX
from application.pages import Position, Window
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.schedule import EventStatus
from tests.bench.dataset import Dataset, event_id, person_id
from tests.postgres import a_database

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
# Of 8 KiB. The tables have some 30,000; 20 rows and what is shown with them take some hundred.
BLOCKS = 1500
# One that is found by its id: three levels of the index, and the row.
BLOCKS_OF_A_ROW = 5
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
]
OPEN_FEEDS = """
    INSERT INTO calendar_feeds (user_id, secret_hash, created_at)
    SELECT id, sha256(id::text::bytea), now() FROM users
"""
FIRST = Window(20, is_counted=False)
DEEP = Window(20, after=Position(NOW + 50 * DAY, event_id(7)), is_counted=False)


@pytest.fixture(scope="module")
def reader(postgres):
    with a_database(postgres, migrated=False) as url:
        data = Dataset(url.render_as_string(hide_password=False), scale=10, refreshable=0)
        with Progress(disable=True) as progress:
            data.load(progress)
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        with engine.connect() as connection:
            connection.execute(text(OPEN_FEEDS))
            connection.execute(text("ANALYZE calendar_feeds"))
        yield Reader(engine)
        engine.dispose()
        data.close()


@pytest.fixture
def read_whole(reader):
    """The tables that the plan of a statement reads from one end to the other."""

    def find(sql, values):
        plan = [line for [line] in reader.rows(f"EXPLAIN {sql}", values)]
        return re.findall(r"Seq Scan on (\w+)", "\n".join(plan))

    return find


@pytest.fixture
def blocks_of(reader):
    """How many blocks a statement looks at; an index walked past many rows shows here."""

    def count(sql, values):
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
        [[[found]]] = reader.rows(f"{explain} {sql}", values)
        return found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]

    return count


@pytest.mark.parametrize("criteria", FILTERS, ids=lambda criteria: ", ".join(criteria) or "all")
@pytest.mark.parametrize("sort", EventSort)
@pytest.mark.parametrize("window", [FIRST, DEEP], ids=["first page", "by cursor"])
def test_a_page_of_events(read_whole, blocks_of, criteria, sort, window):
    asked = EventCriteria(**criteria, sort=sort)
    is_after = window.after is not None
    page = page_of_events(Shape.of(asked), is_after=is_after, is_counted=False)
    values = values_of(asked, person_id(5), NOW) | values_of_window(window)

    assert read_whole(page, values) == []
    assert blocks_of(page, values) < BLOCKS


def test_an_event_and_its_attendees(read_whole, blocks_of):
    values = {"event_id": event_id(7), "viewer_id": person_id(5), **values_of_window(DEEP)}

    pages = [page_of_attendees(is_after=is_after) for is_after in (False, True)]
    for statement in (DETAIL, COUNT_OF_ATTENDEES, *pages):
        assert read_whole(statement, values) == []
        assert blocks_of(statement, values) < BLOCKS


FEED = {"secret_hash": sha256(str(person_id(5)).encode()).digest(), "limit": ENTRIES_MAX}


def test_a_calendar_feed(reader, read_whole, blocks_of):
    """Of a person who has 200 seats and 10 events."""
    assert len(reader.rows(ENTRIES, FEED)) == 210
    assert read_whole(ENTRIES, FEED) == []
    assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (200 + 210)


def test_a_calendar_feed_of_a_busy_person(reader, read_whole, blocks_of):
    """Who has a seat at 5,000 events more: the 1,000 that start latest are shown."""
    seats = """
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(person)s, now() FROM events ORDER BY id LIMIT 5000
        ON CONFLICT DO NOTHING RETURNING event_id
    """
    added = [event for (event,) in reader.rows(seats, {"person": person_id(5)})]
    try:
        assert len(reader.rows(ENTRIES, FEED)) == ENTRIES_MAX
        assert read_whole(ENTRIES, FEED) == []
        assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (5_200 + ENTRIES_MAX)
    finally:
        undo = "DELETE FROM attendances WHERE registered_at > %(loaded_at)s RETURNING event_id"
        assert len(reader.rows(undo, {"loaded_at": NOW - DAY})) == len(added)


def test_the_calendar_of_an_event(read_whole):
    assert read_whole(ENTRY, {"event_id": event_id(7)}) == []


def test_taking_a_seat_and_giving_it_back(read_whole):
    values = {
        "event_id": event_id(7),
        "attendee": person_id(5),
        "registered_at": NOW,
        "new_attendees_count": 3,
    }
    changed = frozenset({"attendees_count"})

    writes = [saving(changed, change) for change in SeatChange]
    for statement in [*LOCK_AND_LOAD.split(";"), *writes]:
        assert read_whole(statement, values) == []


def test_the_checks_see_what_no_index_helps(read_whole, blocks_of):
    by_title = "SELECT FROM events WHERE title = %(title)s"
    assert read_whole(by_title, {"title": "x"}) == ["events"]
    late = "SELECT * FROM events WHERE capacity = 1 ORDER BY start_time, id LIMIT 20"
    assert blocks_of(late, {}) > BLOCKS
