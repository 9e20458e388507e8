from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry
from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed, FeedSecret
from domain.events.access import Visibility
from domain.events.description import Description, EventType, Location
from domain.events.errors import EventNotFound
from domain.events.state import CancellationReason, EventState
from domain.events.time_zone import TimeZone
from tests.builders import DAY, HOUR, NOON

TICK = timedelta(microseconds=1)

HERS = FeedSecret("a" * 43)
OTHER = FeedSecret("b" * 43)


def open_feed(storage, user, secret=HERS, now=NOON):
    with storage.new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(user.id, secret, now))
        work.commit()


def entries(storage, secret=HERS, limit=100, length=100, cancelled_since=NOON):
    return storage.calendars.entries(secret.hash, limit, length, cancelled_since)


def ids(storage, *args, **options):
    return [entry.id for entry in entries(storage, *args, **options)]


def test_an_entry_has_every_field_of_its_event(storage, ada):
    event = storage.keep_event(
        ada,
        start_time=NOON.replace(microsecond=1),
        type=EventType.WORKSHOP,
        location=Location("The reading room"),
        timezone=TimeZone("Europe/Berlin"),
        state=EventState.CANCELLED,
        cancellation_reason=CancellationReason("No milk."),
        created_at=NOON - 2 * DAY,
        updated_at=NOON - DAY,
        revision=3,
    )
    open_feed(storage, ada)

    entry = storage.calendars.entry(event.id, Caller(ada.id))

    assert entry == CalendarEntry(
        id=event.id,
        title="Tea for two",
        description="Bring a cup.",
        location="The reading room",
        type=EventType.WORKSHOP,
        start_time=NOON.replace(microsecond=1),
        end_time=NOON.replace(microsecond=1) + HOUR,
        timezone="Europe/Berlin",
        state=EventState.CANCELLED,
        cancellation_reason="No milk.",
        created_at=NOON - 2 * DAY,
        updated_at=NOON - DAY,
        revision=3,
    )
    assert list(entries(storage)) == [entry]
    assert (type(entry.type), type(entry.state)) == (EventType, EventState)


@pytest.mark.parametrize(("text", "shown"), [("éa☕", "éa☕"), ("éa☕!", "éa☕…"), ("", "")])
def test_only_feeds_truncate_long_descriptions(storage, ada, text, shown):
    event = storage.keep_event(ada, description=Description(text))
    open_feed(storage, ada)

    [entry] = entries(storage, length=3)

    assert entry.description == shown
    assert storage.calendars.entry(event.id, Caller(ada.id)).description == text


def test_an_unknown_event_has_no_entry(storage, ada):
    with pytest.raises(EventNotFound):
        storage.calendars.entry(uuid4(), Caller(ada.id))


def test_only_its_creator_gets_the_entry_of_a_draft(storage, ada, grace):
    draft = storage.keep_event(ada, state=EventState.DRAFT)

    assert storage.calendars.entry(draft.id, Caller(ada.id)).state is EventState.DRAFT
    with pytest.raises(EventNotFound):
        storage.calendars.entry(draft.id, Caller(grace.id))


def test_everyone_gets_the_entry_of_an_unlisted_or_cancelled_event(storage, ada, grace):
    unlisted = storage.keep_event(ada, visibility=Visibility.UNLISTED)
    cancelled = storage.keep_event(ada, state=EventState.CANCELLED)

    assert storage.calendars.entry(unlisted.id, Caller(grace.id)).id == unlisted.id
    assert storage.calendars.entry(cancelled.id, Caller(grace.id)).state is EventState.CANCELLED


def test_a_feed_has_no_drafts(storage, ada):
    storage.keep_event(ada, state=EventState.DRAFT)
    open_feed(storage, ada)

    assert ids(storage) == []


def test_a_feed_keeps_cancelled_events_until_long_after_their_end(storage, ada, grace):
    """Published events stay."""
    cancelled, attended, published = (
        storage.keep_event(each, start_time=NOON) for each in (ada, grace, ada)
    )
    storage.seat(attended, ada, now=NOON - HOUR)
    for event in (cancelled, attended):
        storage.call_off(event, now=NOON - HOUR)
    open_feed(storage, ada)

    assert set(ids(storage, cancelled_since=NOON + HOUR)) == {
        *(each.id for each in (cancelled, attended, published))
    }
    assert ids(storage, cancelled_since=NOON + HOUR + TICK) == [published.id]


def test_a_feed_lists_each_event_once(storage, ada, grace):
    organised, attended, both = (storage.keep_event(each) for each in (ada, grace, ada))
    storage.keep_event(grace)
    for event in (attended, both):
        storage.seat(event, ada)
    open_feed(storage, ada)

    assert set(ids(storage)) == {organised.id, attended.id, both.id}
    assert len(ids(storage)) == 3


def test_a_feed_keeps_the_events_that_start_latest(storage, ada, grace):
    events = []
    for number in range(6):
        event = storage.keep_event((ada, grace)[number % 2], start_time=NOON + (number // 4) * HOUR)
        storage.seat(event, ada, now=NOON - HOUR)
        events.append((event.schedule.start_time, event.id))
    open_feed(storage, ada)
    latest = [event_id for _, event_id in sorted(events, reverse=True)]

    assert ids(storage) == latest
    for limit in range(1, 7):
        assert ids(storage, limit=limit) == latest[:limit]


def test_a_feed_may_be_empty_and_an_unknown_one_is_none(storage, ada):
    open_feed(storage, ada)

    assert ids(storage) == []
    with pytest.raises(CalendarNotFound):
        ids(storage, OTHER)


def test_a_user_has_one_feed_the_newest(storage, ada):
    assert storage.calendars.feed_created_at(Caller(ada.id)) is None
    open_feed(storage, ada, HERS, NOON)
    open_feed(storage, ada, OTHER, NOON + HOUR)

    assert storage.calendars.feed_created_at(Caller(ada.id)) == NOON + HOUR
    assert ids(storage, OTHER) == []
    with pytest.raises(CalendarNotFound):
        ids(storage, HERS)


def test_removing_a_feed_leaves_those_of_others(storage, ada, grace):
    open_feed(storage, ada, HERS)
    open_feed(storage, grace, OTHER)
    for _ in range(2):
        with storage.new_work() as work:
            work.calendar_feeds.remove(ada.id)
            work.commit()

    with pytest.raises(CalendarNotFound):
        ids(storage, HERS)
    assert storage.calendars.feed_created_at(Caller(ada.id)) is None
    assert ids(storage, OTHER) == []


def test_a_removed_user_has_no_feed(storage, ada, grace):
    open_feed(storage, ada, HERS)
    open_feed(storage, grace, OTHER)
    with storage.new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    with pytest.raises(CalendarNotFound):
        ids(storage, HERS)
    assert storage.calendars.feed_created_at(Caller(ada.id)) is None
    assert ids(storage, OTHER) == []


def test_an_uncommitted_feed_is_not_stored(storage, ada):
    with storage.new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(ada.id, HERS, NOON))

    assert storage.calendars.feed_created_at(Caller(ada.id)) is None


def test_a_missing_user_has_no_feed(storage):
    assert storage.calendars.feed_created_at(Caller(UUID(int=7))) is None
