"""With 40,000 events and 800,000 seats, every query uses an index."""

import re
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256

import pytest
from rich.progress import Progress
from sqlalchemy import text

from adapters.postgres.calendars.queries import ENTRIES, ENTRY
from adapters.postgres.engine import make_engine
from adapters.postgres.events.filters import StatementKey, filter_values
from adapters.postgres.events.statements import (
    DETAIL,
    count_of,
    page_of_attendees,
    page_of_waitlist,
)
from adapters.postgres.events.writes import (
    JOIN_WAITLIST,
    LEAVE_WAITLIST,
    LOAD,
    LOAD_SEATS,
    LOCK,
    LOCK_AFFECTED_BY_DELETION,
    NEXT_IN_LINE,
    PROMOTE,
    WAITLIST_ENTRIES,
    SeatChange,
    update_event,
)
from adapters.postgres.mails.queue import CLAIM_DUE as CLAIM_MAILS
from adapters.postgres.mails.queue import add_page
from adapters.postgres.mails.reminders import TAKE_DUE
from adapters.postgres.outbox import TAKE
from adapters.postgres.pages import page_values
from adapters.postgres.reader import Reader
from adapters.postgres.webhooks.deliveries import CLAIM_DUE as CLAIM_DELIVERIES
from adapters.postgres.webhooks.deliveries import FAIL_OUTDATED
from application.accounts.withdraw_from_events import BATCH
from application.calendars.read_calendar_feed import DESCRIPTION_MAX, ENTRIES_MAX
from application.pages import Cursor, PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from application.ports.mail_queue import Audience, NewNotice
from domain.events.description import EventType
from domain.events.schedule import EventStatus
from domain.events.search import Search
from domain.events.state import EventState
from domain.mails.queued_mail import MailKind
from tests.bench.dataset import Dataset, event_id, user_id
from tests.bench.texts import IN_1_OF_100, IN_1_OF_1000, IN_ALL, IN_ONE
from tests.integration.postgres.event_pages import FIRST, NOW, describe, page_statement
from tests.postgres import a_database

# Blocks of 8 KiB. 20 rows with their details take some hundred; the events table has 1,450.
MAX_BLOCKS = 1200
DAY = timedelta(days=1)
FILTERS = [
    {},
    {"attending": True},
    {"attending": False},
    {"waiting": True},
    {"waiting": False},
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
    *({"state": state} for state in EventState),
    {"state": EventState.CANCELLED, "status": EventStatus.UPCOMING},
    {"is_registration_open": True},
    *(
        {"search": Search.of(search)}
        for search in (IN_ONE, IN_1_OF_1000, IN_1_OF_100, IN_ALL, "e", "nowhere")
    ),
    {"search": Search.of(IN_ONE), "status": EventStatus.UPCOMING},
    {"search": Search.of(f"{IN_ALL} e"), "status": EventStatus.UPCOMING, "attending": False},
]
# Few or none of the first events in order match these.
RARELY_MET = [
    {"available": False},
    {"available": False, "status": EventStatus.UPCOMING},
    {"available": False, "search": Search.of(IN_ALL)},
    {"starts_after": NOW, "starts_before": NOW + DAY},
    {"starts_after": NOW, "starts_before": NOW + 90 * DAY},
    {"status": EventStatus.UPCOMING, "ends_before": NOW + 300 * DAY},
    {"type": EventType.CONFERENCE},
    {"search": Search.of(IN_1_OF_100), "type": EventType.CONFERENCE},
    {"search": Search.of(IN_ALL), "creator": "p-5"},
    {"search": Search.of(f"{IN_ALL} e"), "starts_after": NOW, "starts_before": NOW + 30 * DAY},
]
BY_START = [EventSort.SOONEST_FIRST, EventSort.LATEST_FIRST]
DEEP = PageRequest(20, after=Cursor(NOW + 50 * DAY, event_id(7)), is_counted=False)
# Criteria, order, and the index that must be used.
INDEXES = [
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
        ({"search": Search.of(search)}, sort, "event_terms_terms_idx")
        for search in (IN_ONE, IN_1_OF_1000, "nowhere")
        for sort in EventSort
    ),
    ({"state": EventState.CANCELLED}, EventSort.SOONEST_FIRST, "events_cancelled_idx"),
    ({"state": EventState.DRAFT}, EventSort.NEWEST_FIRST, "events_creator_id_idx"),
    ({"search": Search.of(IN_ALL)}, EventSort.BY_TITLE, "events_title_idx"),
    ({"search": Search.of(IN_ALL)}, EventSort.NEWEST_FIRST, "events_created_at_idx"),
]
# 1 of 20 is a draft, 1 of 20 unlisted, and 1 of 200 cancelled. Drafts have no seats.
HIDE = """
    CREATE TEMP VIEW numbered AS
    SELECT id, ('x' || right(id::text, 8))::bit(32)::int AS number FROM events;
    DELETE FROM attendances USING numbered WHERE event_id = id AND number % 20 = 3;
    UPDATE events SET state = 'draft', attendees_count = 0
    FROM numbered WHERE numbered.id = events.id AND number % 20 = 3;
    UPDATE events SET visibility = 'unlisted'
    FROM numbered WHERE numbered.id = events.id AND number % 20 = 7;
    UPDATE events SET state = 'cancelled', cancelled_at = now(), cancellation_reason = ''
    FROM numbered WHERE numbered.id = events.id AND number % 200 = 11
"""
# 20 people wait for a seat at 1 of 100 events: the next users after those who attend.
WAIT = """
    INSERT INTO waitlist_entries (event_id, user_id, number, joined_at)
    SELECT event_id, waiting.id, row_number() OVER (PARTITION BY event_id), now()
    FROM attendances
    JOIN numbered ON numbered.id = event_id AND number % 100 = 6
    JOIN (SELECT id, lag(id) OVER (ORDER BY id) AS previous FROM users) waiting
        ON waiting.previous = user_id;
    UPDATE events SET waitlist_count = entries, last_waitlist_number = entries
    FROM (SELECT event_id, count(*) AS entries FROM waitlist_entries GROUP BY event_id) counts
    WHERE event_id = events.id
"""
VERIFY = "UPDATE users SET email = id::text, verified_email = id::text"
# ANALYZE takes a random sample, in which one user can seem to attend more events than others. It
# reads 300 rows per unit of the statistics target, so this value makes it read all rows.
EXACT_STATISTICS = """
    ALTER TABLE attendances ALTER user_id SET STATISTICS 3000; ANALYZE attendances
"""
CHEAP_WORKERS = """
    SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;
    SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL min_parallel_index_scan_size = 0;
"""
# A row found by id: three levels of the index, and the row.
BLOCKS_PER_ROW = 5
OPEN_FEEDS = """
    INSERT INTO calendar_feeds (user_id, secret_hash, created_at)
    SELECT id, sha256(id::text::bytea), now() FROM users
    ON CONFLICT DO NOTHING RETURNING user_id
"""

FEED = {
    "secret_hash": sha256(str(user_id(5)).encode()).digest(),
    "limit": ENTRIES_MAX,
    "length": DESCRIPTION_MAX,
    "cancelled_since": NOW - 30 * DAY,
}


@pytest.fixture(scope="module")
def large_database(postgres):
    """40,000 events and almost 800,000 seats."""
    with a_database(postgres, migrated=False) as url:
        data = Dataset(url.render_as_string(hide_password=False), scale=4, refreshable=0)
        with Progress(disable=True) as progress:
            data.load(progress)
        with data.engine.begin() as connection:
            connection.execute(text(HIDE))
            connection.execute(text(WAIT))
            connection.execute(text(VERIFY))
        data.vacuum()
        with data.engine.begin() as connection:
            connection.execute(text(EXACT_STATISTICS))
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield Reader(engine)
        engine.dispose()
        data.close()


@pytest.fixture
def sequential_scans(large_database):
    """The tables that a statement scans sequentially."""

    def find(sql, values):
        plan = [line for [line] in large_database.rows(f"EXPLAIN {sql}", values)]
        return re.findall(r"Seq Scan on (\w+)", "\n".join(plan))

    return find


@pytest.fixture
def indexes_used(large_database):
    """The indexes that a statement really reads; its plan may contain more."""

    def find(sql, values):
        [[[plan]]] = large_database.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        return set(index_names(plan["Plan"]))

    def index_names(node):
        if node["Actual Loops"] and "Index Name" in node:
            yield node["Index Name"]
        for each in node.get("Plans", ()):
            yield from index_names(each)

    return find


@pytest.fixture
def count_blocks(large_database):
    """The number of blocks that a statement reads; it reveals long index scans."""

    def count(sql, values):
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
        [[[plan]]] = large_database.rows(f"{explain} {sql}", values)
        return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]

    return count


@pytest.fixture
def count_rows(large_database):
    """The number of rows of a table that a statement reads, including those it discards."""

    def count(table, sql, values):
        [[[plan]]] = large_database.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        return sum(rows_read(table, plan["Plan"]))

    def rows_read(table, node):
        if node.get("Relation Name") == table:
            yield node["Actual Loops"] * (
                node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            )
        for each in node.get("Plans", ()):
            yield from rows_read(table, each)

    return count


@pytest.mark.parametrize("criteria", FILTERS + RARELY_MET, ids=describe)
@pytest.mark.parametrize("sort", EventSort)
@pytest.mark.parametrize("limit", [20, 100])
def test_a_page_in_any_order_reads_a_bounded_number_of_events(count_rows, criteria, sort, limit):
    page_request = PageRequest(limit, is_counted=False)
    page, values = page_statement(EventCriteria(**criteria, sort=sort), page_request, 5_000)

    # The scanned events, the ids of the candidates, and the candidates themselves.
    most = values["scanned"] + 2 * values["candidates"] + 2 * limit
    assert count_rows("events", page, values) <= most
    assert count_rows("event_terms", page, values) <= most + values["few"]


@pytest.mark.parametrize("criteria", FILTERS, ids=describe)
@pytest.mark.parametrize("sort", BY_START)
@pytest.mark.parametrize("page_request", [FIRST, DEEP], ids=["first page", "by cursor"])
def test_a_page_of_events_reads_few_blocks(
    sequential_scans, count_blocks, criteria, sort, page_request
):
    page, values = page_statement(EventCriteria(**criteria, sort=sort), page_request)

    if criteria.keys() & {"available", "is_registration_open"}:
        # All events are read only if few match.
        assert set(sequential_scans(page, values)) <= {"events"}
    elif "search" not in criteria:
        assert sequential_scans(page, values) == []
    assert count_blocks(page, values) < max_blocks(criteria, values)


def max_blocks(criteria, values):
    """A search looks up the terms of each event that it scans."""
    return MAX_BLOCKS + (BLOCKS_PER_ROW * values["scanned"] if "search" in criteria else 0)


def test_an_event_and_its_attendees_read_few_blocks(sequential_scans, count_blocks):
    values = {"event_id": event_id(7), "viewer_id": user_id(5), **page_values(DEEP)}

    pages = [page_of_attendees(is_after=is_after) for is_after in (False, True)]
    for statement in (DETAIL, *pages):
        assert sequential_scans(statement, values) == []
        assert count_blocks(statement, values) < MAX_BLOCKS


def test_attending_and_cancelling_scan_no_table(sequential_scans):
    values = {
        "event_id": event_id(7),
        "attendee": user_id(5),
        "registered_at": NOW,
        "attendees_count": 3,
    }
    changed = frozenset({"attendees_count"})

    writes = [update_event(changed, change) for change in SeatChange]
    for statement in [LOCK, LOAD, LOAD_SEATS, *writes]:
        assert sequential_scans(statement, values) == []


def test_getting_an_event_without_a_waitlist_looks_up_no_entry(count_blocks):
    def blocks(event):
        return count_blocks(DETAIL, {"event_id": event_id(event), "viewer_id": user_id(5)})

    blocks(6)  # the first call of the function also reads the catalog
    # At least the root and a leaf of an index.
    assert blocks(7) <= blocks(6) - 2


@pytest.fixture
def long_waitlist(large_database):
    """3,000 people wait for a seat at the last event."""
    event = event_id(40_000 - 1)
    entries = """
        INSERT INTO waitlist_entries (event_id, user_id, number, joined_at)
        SELECT %(event_id)s, id, row_number() OVER (ORDER BY id), now()
        FROM users ORDER BY id LIMIT 3000 RETURNING event_id
    """
    large_database.rows(entries, {"event_id": event})
    yield event
    delete = "DELETE FROM waitlist_entries WHERE event_id = %(event_id)s RETURNING event_id"
    large_database.rows(delete, {"event_id": event})


def test_joining_leaving_and_promoting_one_person_read_few_rows_of_a_long_waitlist(
    long_waitlist, large_database, sequential_scans, count_rows
):
    users = [user_id(3_500), user_id(5)]
    values = {
        "event_id": long_waitlist,
        "attendee": users[0],
        "number": 3_001,
        "joined_at": NOW,
        "registered_at": NOW,
        "event_ids": [long_waitlist],
        "promoted": [users[1]],
        "limit": 1,
    }

    for statement in (
        JOIN_WAITLIST,
        WAITLIST_ENTRIES,
        LEAVE_WAITLIST,
        NEXT_IN_LINE,
        PROMOTE,
    ):
        assert sequential_scans(statement, values) == []
        # EXPLAIN ANALYZE executes it. A deletion counts a row twice: found and deleted.
        assert count_rows("waitlist_entries", statement, values) <= 2
    assert len(remove_seats(large_database)) == 1


@pytest.mark.parametrize("is_after", [True, False])
def test_a_page_of_a_waitlist_reads_few_blocks(
    long_waitlist, sequential_scans, count_blocks, is_after
):
    after = Cursor(2_000, user_id(0)) if is_after else None
    values = {"event_id": long_waitlist, **page_values(PageRequest(20, after=after))}
    statement = page_of_waitlist(is_after=is_after)

    assert sequential_scans(statement, values) == []
    assert count_blocks(statement, values) < MAX_BLOCKS


def test_leaving_events_scans_no_table(sequential_scans):
    values = {"attendee": user_id(5), "now": NOW, "limit": BATCH}

    assert sequential_scans(LOCK_AFFECTED_BY_DELETION, values) == []


@pytest.mark.parametrize("criteria", [{}, {"status": EventStatus.UPCOMING}], ids=describe)
def test_events_are_counted_without_reading_them(count_blocks, sequential_scans, criteria):
    key = StatementKey.of(EventCriteria(**criteria))
    values = filter_values(EventCriteria(**criteria), user_id(5), NOW)

    assert sequential_scans(count_of(key), values) == []
    assert count_blocks(count_of(key), values) < MAX_BLOCKS / 2


def test_a_page_does_not_read_all_seats_of_its_viewer(large_database, count_blocks):
    """The user attends 2,000 more events."""
    seats = """
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(person)s, now() FROM events WHERE state <> 'draft' ORDER BY id LIMIT 2000
        ON CONFLICT DO NOTHING RETURNING event_id
    """
    page, values = page_statement(EventCriteria(), FIRST)
    before = count_blocks(page, values)
    large_database.rows(seats, {"person": user_id(5)})
    try:
        assert count_blocks(page, values) < 2 * before
    finally:
        remove_seats(large_database)


def remove_seats(database):
    """Remove the seats that a test has added."""
    delete = "DELETE FROM attendances WHERE registered_at > %(loaded_at)s RETURNING event_id"
    return database.rows(delete, {"loaded_at": NOW - DAY})


def test_the_checks_detect_queries_without_an_index(sequential_scans, count_blocks):
    by_title = "SELECT FROM events WHERE title = %(title)s"
    assert sequential_scans(by_title, {"title": "x"}) == ["events"]
    filtered = "SELECT * FROM events WHERE capacity = 1 ORDER BY start_time, id LIMIT 20"
    assert count_blocks(filtered, {}) > MAX_BLOCKS


@pytest.mark.parametrize(("criteria", "sort", "index"), INDEXES, ids=describe)
def test_each_query_uses_its_index(indexes_used, count_blocks, criteria, sort, index):
    page, values = page_statement(EventCriteria(**criteria, sort=sort), FIRST)

    assert index in indexes_used(page, values)
    assert count_blocks(page, values) < max_blocks(criteria, values)


@pytest.mark.parametrize("search", [IN_ONE, IN_1_OF_1000, "nowhere"])
@pytest.mark.parametrize("sort", EventSort)
def test_a_search_for_a_rare_word_reads_little_more_than_its_matches(count_blocks, search, sort):
    criteria = EventCriteria(search=Search.of(search), status=EventStatus.UPCOMING, sort=sort)

    assert count_blocks(*page_statement(criteria, FIRST)) < MAX_BLOCKS


@pytest.mark.parametrize("search", [IN_ONE, "nowhere"])
def test_a_search_starts_no_workers_for_a_branch_that_does_not_run(large_database, search):
    page, values = page_statement(EventCriteria(search=Search.of(search)), FIRST)
    plan = large_database.rows(f"{CHEAP_WORKERS} EXPLAIN (ANALYZE) {page}", values)

    assert not re.search(r"Workers Launched: [1-9]", "\n".join(line for (line,) in plan))


@pytest.mark.parametrize("search", [IN_ONE, IN_1_OF_1000, IN_1_OF_100])
def test_a_search_is_counted_with_its_index(indexes_used, sequential_scans, search):
    criteria = EventCriteria(search=Search.of(search))
    values = filter_values(criteria, user_id(5), NOW)

    assert "event_terms_terms_idx" in indexes_used(count_of(StatementKey.of(criteria)), values)
    assert sequential_scans(count_of(StatementKey.of(criteria)), values) == []


@pytest.mark.parametrize("search", [IN_ALL, "e"])
def test_a_search_for_a_common_word_is_counted_without_reading_events(sequential_scans, search):
    criteria = EventCriteria(search=Search.of(search))
    values = filter_values(criteria, user_id(5), NOW)

    assert set(sequential_scans(count_of(StatementKey.of(criteria)), values)) == {"event_terms"}


@pytest.fixture(scope="module")
def feeds(large_database):
    large_database.rows(OPEN_FEEDS, {})
    large_database.rows("ANALYZE calendar_feeds; SELECT 1", {})


def test_a_feed_reads_few_blocks(feeds, large_database, sequential_scans, count_blocks):
    """The user has 200 seats and 10 events."""
    assert len(large_database.rows(ENTRIES, FEED)) == 210
    assert sequential_scans(ENTRIES, FEED) == []
    assert count_blocks(ENTRIES, FEED) < BLOCKS_PER_ROW * (200 + 210)


def test_a_feed_with_many_events_reads_few_blocks(
    feeds, large_database, sequential_scans, count_blocks
):
    """The user attends 5,000 more events; the 1,000 that start latest are shown."""
    seats = """
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(person)s, now() FROM events ORDER BY id LIMIT 5000
        ON CONFLICT DO NOTHING RETURNING event_id
    """
    added = [event for (event,) in large_database.rows(seats, {"person": user_id(5)})]
    try:
        assert len(large_database.rows(ENTRIES, FEED)) == ENTRIES_MAX
        assert sequential_scans(ENTRIES, FEED) == []
        assert count_blocks(ENTRIES, FEED) < BLOCKS_PER_ROW * (5_200 + ENTRIES_MAX)
    finally:
        assert len(remove_seats(large_database)) == len(added)


def test_an_event_calendar_scans_no_table(sequential_scans):
    values = {"event_id": event_id(7), "viewer_id": user_id(5)}

    assert sequential_scans(ENTRY, values) == []


QUEUE = 20_000
FILL_QUEUES = f"""
    INSERT INTO webhooks (id, user_id, url, description, secret, created_at, enabled_at)
    SELECT id, id, '', '', '', %(now)s, %(now)s FROM users ORDER BY id LIMIT 20;
    INSERT INTO webhook_deliveries (
        id, webhook_id, message_id, type, body, created_at, queued_at, attempts, state,
        next_attempt_at
    )
    SELECT gen_random_uuid(), id, gen_random_uuid(), '', '', %(now)s, %(now)s, 0, 'pending',
        %(now)s + number * interval '1 second'
    FROM webhooks JOIN generate_series(1, {QUEUE}) number ON id = %(slow)s OR number = {QUEUE};
    INSERT INTO mails (
        id, message_id, user_id, kind, data, created_at, next_attempt_at, attempts
    )
    SELECT gen_random_uuid(), gen_random_uuid(), %(slow)s, '', '', %(now)s,
        %(now)s + number * interval '1 second', 0
    FROM generate_series(1, {QUEUE}) number;
    INSERT INTO outbox (id, body) SELECT gen_random_uuid(), '' FROM generate_series(1, {QUEUE})
    RETURNING id
"""
EMPTY_QUEUES = """
    DELETE FROM outbox; DELETE FROM mails; DELETE FROM webhook_deliveries;
    DELETE FROM webhooks RETURNING id
"""


@pytest.fixture(scope="module")
def full_queues(large_database):
    """Returns the id of one of 20 webhooks; the others have one delivery, this one has all others.

    It and all mails are for the same user, and become due one by one. The tables have not been
    analyzed since.
    """
    slow = user_id(0)
    large_database.rows(FILL_QUEUES, {"now": NOW, "slow": slow})
    yield slow
    large_database.rows(EMPTY_QUEUES, {})


@pytest.mark.parametrize("due", [0, QUEUE])
@pytest.mark.parametrize("in_flight", [0, 4])
def test_a_worker_reads_few_blocks_of_long_queues(full_queues, count_blocks, due, in_flight):
    values = {
        "now": NOW + timedelta(seconds=due),
        "limit": 10,
        "per_webhook": 4,
        "in_flight": [full_queues],
        "counts": [in_flight],
        "lease_id": full_queues,
        "lease_until": NOW + DAY,
    }

    for statement, most in (
        (TAKE, 50),
        (FAIL_OUTDATED, 200),
        (CLAIM_DELIVERIES, MAX_BLOCKS / 2),  # these also write
        (CLAIM_MAILS, MAX_BLOCKS / 2),
    ):
        assert count_blocks(statement, values) < most


def test_a_page_of_notices_reads_its_people_only(sequential_scans, count_rows):
    event = event_id(6)  # 20 people wait for a seat
    values = {
        **asdict(Audience(event, NOW + DAY, includes_waitlist=True)),
        **asdict(NewNotice(MailKind.MOVED, event, "", NOW)),
        "after": user_id(0),
        "limit": 10,
    }
    statement = add_page("notify_event_changes", includes_waitlist=True)

    assert sequential_scans(statement, values) == []
    for table in ("attendances", "waitlist_entries", "users"):
        assert 1 <= count_rows(table, statement, values) <= 10


def test_due_reminders_are_found_without_reading_other_events(sequential_scans, count_rows):
    values = {"starts_after": NOW, "starts_until": NOW + DAY, "limit": 10}

    assert "events" not in sequential_scans(TAKE_DUE, values)
    assert count_rows("events", TAKE_DUE, values) <= 100
