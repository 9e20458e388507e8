from uuid import UUID, uuid4

import pytest

from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry
from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed, FeedSecret
from domain.events.description import Description, EventType, Location
from domain.events.errors import EventNotFound
from tests.builders import DAY, HOUR, NOON

HERS = FeedSecret("a" * 43)
OTHER = FeedSecret("b" * 43)


def open_feed(storage, user, secret=HERS, now=NOON):
    with storage.new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(user.id, secret, now))
        work.commit()


def ids(storage, secret=HERS, limit=100):
    return [entry.id for entry in storage.calendars.entries(secret.hash, limit, 100)]


def test_an_entry_has_every_field_of_its_event(storage, ada):
    event = storage.keep_event(
        ada,
        start_time=NOON.replace(microsecond=1),
        type=EventType.WORKSHOP,
        location=Location("The reading room"),
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
        created_at=NOON - 2 * DAY,
        updated_at=NOON - DAY,
        revision=3,
    )
    assert list(storage.calendars.entries(HERS.hash, 100, 100)) == [entry]
    assert type(entry.type) is EventType


@pytest.mark.parametrize(("text", "shown"), [("éa☕", "éa☕"), ("éa☕!", "éa☕…"), ("", "")])
def test_only_feeds_truncate_long_descriptions(storage, ada, text, shown):
    event = storage.keep_event(ada, description=Description(text))
    open_feed(storage, ada)

    [entry] = storage.calendars.entries(HERS.hash, 100, 3)

    assert entry.description == shown
    assert storage.calendars.entry(event.id, Caller(ada.id)).description == text


def test_an_unknown_event_has_no_entry(storage, ada):
    with pytest.raises(EventNotFound):
        storage.calendars.entry(uuid4(), Caller(ada.id))


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
