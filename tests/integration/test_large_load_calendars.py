"""Calendars on 100,000 events and 2,000,000 seats."""

from datetime import timedelta
from hashlib import sha256

import pytest

from adapters.persistence.calendar_queries import ENTRIES, ENTRY
from application.calendars.read_calendar_feed import DESCRIPTION_MAX, ENTRIES_MAX
from tests.bench.dataset import event_id, person_id
from tests.integration.large_load import NOW

DAY = timedelta(days=1)
# One row that is found by its id: three levels of the index, and the row.
BLOCKS_OF_A_ROW = 5
OPEN_FEEDS = """
    INSERT INTO calendar_feeds (user_id, secret_hash, created_at)
    SELECT id, sha256(id::text::bytea), now() FROM users
    ON CONFLICT DO NOTHING RETURNING user_id
"""

FEED = {
    "secret_hash": sha256(str(person_id(5)).encode()).digest(),
    "limit": ENTRIES_MAX,
    "length": DESCRIPTION_MAX,
}


@pytest.fixture(autouse=True, scope="module")
def feeds(large_load):
    large_load.rows(OPEN_FEEDS, {})
    large_load.rows("ANALYZE calendar_feeds; SELECT 1", {})


def test_a_feed(large_load, read_whole, blocks_of):
    """Of a person who has 200 seats and 10 events."""
    assert len(large_load.rows(ENTRIES, FEED)) == 210
    assert read_whole(ENTRIES, FEED) == []
    assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (200 + 210)


def test_a_feed_of_a_busy_person(large_load, read_whole, blocks_of):
    """Who has a seat at 5,000 events more: the 1,000 that start latest are shown."""
    seats = """
        INSERT INTO attendances (event_id, user_id, registered_at)
        SELECT id, %(person)s, now() FROM events ORDER BY id LIMIT 5000
        ON CONFLICT DO NOTHING RETURNING event_id
    """
    added = [event for (event,) in large_load.rows(seats, {"person": person_id(5)})]
    try:
        assert len(large_load.rows(ENTRIES, FEED)) == ENTRIES_MAX
        assert read_whole(ENTRIES, FEED) == []
        assert blocks_of(ENTRIES, FEED) < BLOCKS_OF_A_ROW * (5_200 + ENTRIES_MAX)
    finally:
        undo = "DELETE FROM attendances WHERE registered_at > %(loaded_at)s RETURNING event_id"
        assert len(large_load.rows(undo, {"loaded_at": NOW - DAY})) == len(added)


def test_the_file_of_an_event(read_whole):
    assert read_whole(ENTRY, {"event_id": event_id(7)}) == []
