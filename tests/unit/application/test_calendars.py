from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import pytest

from application.calendars.read_calendar_feed import DESCRIPTION_MAX, ENTRIES_MAX, ReadCalendarFeed
from application.ports.calendar_queries import CalendarEntry
from domain.accounts.errors import AccountDeleted
from domain.accounts.session import ClientInfo
from domain.calendars.errors import CalendarNotFound, NoCalendarFeed
from domain.events.description import Title
from domain.events.errors import EventNotFound
from domain.events.event import MICROSECOND, EventChanges
from domain.events.state import NO_REASON
from domain.events.time_zone import TimeZone
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON
from tests.fakes.clock import FakeClock
from tests.fakes.memory import MemoryUserRepository
from tests.fakes.memory_calendar_queries import MemoryCalendarQueries


def read(world, opened):
    return [entry.id for entry in world.read_calendar_feed(opened.secret.text)]


def test_a_feed_contains_the_events_its_owner_attends_and_organises(world, ada, grace):
    feed = world.create_calendar_feed(ada, CLIENT_INFO)
    assert read(world, feed) == []

    mine, hers = world.published(ada), world.published(grace, start=2 * DAY)
    assert read(world, feed) == [mine.id]
    world.attend_event(hers.id, ada)
    assert read(world, feed) == [hers.id, mine.id]
    world.cancel_attendance(hers.id, ada)
    world.delete_event(mine.id, ada)
    assert read(world, feed) == []


def test_a_calendar_entry_has_the_number_of_edits(world, ada):
    event = world.published(ada)
    assert world.get_event_calendar(event.id, ada).revision == 0

    world.clock.advance(HOUR)
    world.update_event(event.id, ada, EventChanges(title=Title("Coffee")))

    entry = world.get_event_calendar(event.id, ada)
    assert (entry.title, entry.revision) == ("Coffee", 1)
    assert (entry.created_at, entry.updated_at) == (NOON, NOON + HOUR)


def test_a_feed_leaves_out_drafts(world, ada):
    feed = world.create_calendar_feed(ada, CLIENT_INFO)
    draft = world.draft(ada)
    assert read(world, feed) == []

    world.publish_event(draft.id, ada)

    assert read(world, feed) == [draft.id]


def test_a_cancelled_event_stays_in_feeds_until_30_days_after_its_end(world, ada, grace):
    feeds = [world.create_calendar_feed(each, CLIENT_INFO) for each in (ada, grace)]
    event, other = world.published(ada), world.published(ada)
    for each in (event, other):
        world.attend_event(each.id, grace)
    world.call_off_event(event.id, ada, NO_REASON)

    entry = world.read_calendar_feed(feeds[1].secret.text)[1]
    assert (entry.id, entry.state, entry.revision) == (event.id, "cancelled", 1)
    world.clock.advance(DAY + HOUR + 30 * DAY)  # 30 days after its end
    assert [read(world, feed) for feed in feeds] == [[other.id, event.id]] * 2
    world.clock.advance(MICROSECOND)
    assert [read(world, feed) for feed in feeds] == [[other.id]] * 2
    assert world.get_event_calendar(event.id, grace).state == "cancelled"


def test_an_entry_has_the_time_zone_of_the_venue(world, ada):
    event = world.published(ada, timezone=TimeZone("Europe/Berlin"))

    assert world.get_event_calendar(event.id, ada).timezone == "Europe/Berlin"


def test_an_unknown_event_has_no_calendar(world, ada):
    with pytest.raises(EventNotFound):
        world.get_event_calendar(uuid4(), ada)


def test_a_new_feed_url_replaces_the_old_one(world, ada):
    first, second = (
        world.create_calendar_feed(ada, CLIENT_INFO),
        world.create_calendar_feed(ada, CLIENT_INFO),
    )

    with pytest.raises(CalendarNotFound):
        read(world, first)
    assert read(world, second) == []


def test_the_status_of_a_feed_is_shown_until_it_is_deleted(world, ada, grace):
    hers = world.create_calendar_feed(grace, CLIENT_INFO)
    world.clock.advance(HOUR)
    with pytest.raises(NoCalendarFeed):
        world.get_calendar_feed(ada)
    feed = world.create_calendar_feed(ada, CLIENT_INFO)
    assert feed.created_at == world.get_calendar_feed(ada) == NOON + HOUR

    for _ in range(2):
        world.delete_calendar_feed(ada)

    with pytest.raises(NoCalendarFeed):
        world.get_calendar_feed(ada)
    with pytest.raises(CalendarNotFound):
        read(world, feed)
    assert read(world, hers) == []


def test_a_deleted_account_has_no_feed_and_cannot_create_one(world, ada):
    feed = world.create_calendar_feed(ada, CLIENT_INFO)

    world.delete_account(ada, "ada's password", ClientInfo(None, None))

    with pytest.raises(CalendarNotFound):
        read(world, feed)
    with pytest.raises(AccountDeleted):
        world.create_calendar_feed(ada, CLIENT_INFO)
    with pytest.raises(NoCalendarFeed):
        world.get_calendar_feed(ada)


def test_creating_a_feed_locks_the_account(world, ada, monkeypatch):
    find, locked = MemoryUserRepository.find_for_update, []

    def note(users, user_id):
        locked.append(user_id)
        return find(users, user_id)

    monkeypatch.setattr(MemoryUserRepository, "find_for_update", note)

    world.create_calendar_feed(ada, CLIENT_INFO)

    assert set(locked) == {ada.user_id}


class Asked(MemoryCalendarQueries):
    """Notes what it is asked for."""

    def entries(
        self, secret_hash: bytes, limit: int, length: int, cancelled_since: datetime
    ) -> Sequence[CalendarEntry]:
        self.bounds = limit, length
        return []


def test_a_feed_is_bounded(world):
    calendars = Asked(world.store)

    ReadCalendarFeed(calendars, FakeClock())("x" * 43)

    assert calendars.bounds == (ENTRIES_MAX, DESCRIPTION_MAX) == (1000, 1000)


@pytest.mark.parametrize("secret", ["", "x", "x" * 44, "\0" * 43, "é" * 43], ids=ascii)
def test_a_malformed_secret_causes_no_query(world, secret):
    calendars = Asked(world.store)

    with pytest.raises(CalendarNotFound):
        ReadCalendarFeed(calendars, FakeClock())(secret)

    assert not hasattr(calendars, "bounds")
