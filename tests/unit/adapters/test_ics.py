from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from icalendar import Calendar

from adapters.http.calendars.ics import event_file, feed_file
from domain.events.state import EventState
from tests.builders import HOUR, NOON
from tests.unit.adapters.ics_files import EVENTS, an_entry, parse, unfold


def test_an_event_file_has_all_properties():
    entry = an_entry(revision=4, title="Tea; for two, at noon", description="One\ntwo \\ three")

    assert unfold(event_file(entry, EVENTS)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Turnout//Turnout//EN",
        "BEGIN:VEVENT",
        r"SUMMARY:Tea\; for two\, at noon",
        "DTSTART:20300517T120000Z",
        "DTEND:20300517T130000Z",
        "DTSTAMP:20300516T120000Z",
        "UID:00000000-0000-0000-0000-000000000007",
        "SEQUENCE:4",
        "CATEGORIES:social",
        "CREATED:20300515T120000Z",
        r"DESCRIPTION:One\ntwo \\ three",
        "LAST-MODIFIED:20300516T120000Z",
        "LOCATION:The reading room",
        "STATUS:CONFIRMED",
        f"URL:{EVENTS}00000000-0000-0000-0000-000000000007/",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_feed_has_a_name_and_a_refresh_interval():
    lines = unfold(feed_file([], EVENTS))

    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Turnout//Turnout//EN",
        "NAME:Turnout",
        "X-WR-CALNAME:Turnout",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "END:VCALENDAR",
    ]


def test_an_event_without_location_has_no_location_property():
    assert "LOCATION" not in event_file(an_entry(location=""), EVENTS).decode()


def test_a_feed_keeps_the_order():
    entries = [an_entry(id=UUID(int=number)) for number in (3, 1, 2)]

    events = Calendar.from_ical(feed_file(entries, EVENTS)).walk("VEVENT")

    assert [UUID(str(event["UID"])).int for event in events] == [3, 1, 2]


def test_times_are_utc_in_whole_seconds():
    start = datetime(2030, 1, 1, 9, 30, 15, 999_999, timezone(timedelta(hours=14)))

    event = parse(event_file(an_entry(start_time=start, end_time=start + HOUR), EVENTS))

    assert event["DTSTART"].dt == datetime(2029, 12, 31, 19, 30, 15, tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == HOUR


@pytest.mark.parametrize("start", [NOON, datetime.max.replace(microsecond=0, tzinfo=UTC)])
def test_an_event_within_one_second_has_no_end(start):
    end = start.replace(microsecond=9)

    event = parse(event_file(an_entry(start_time=start, end_time=end), EVENTS))

    assert event["DTSTART"].dt == start
    assert "DTEND" not in event


def called_off(**fields):
    return an_entry(state=EventState.CANCELLED, **{"cancellation_reason": ""} | fields)


def test_a_cancelled_event_is_marked_and_says_why():
    entry = called_off(cancellation_reason="No milk; sorry.", revision=1)

    lines = unfold(event_file(entry, EVENTS))

    assert {"STATUS:CANCELLED", "SEQUENCE:1", r"COMMENT:No milk\; sorry."} <= set(lines)
    assert r"DESCRIPTION:Cancelled: No milk\; sorry.\n\nBring a cup." in lines
    assert parse(event_file(entry, EVENTS))["UID"] == parse(event_file(an_entry(), EVENTS))["UID"]


def test_a_cancelled_event_without_a_reason_keeps_its_description():
    event = parse(event_file(called_off(), EVENTS))

    assert (event["STATUS"], event["DESCRIPTION"]) == ("CANCELLED", "Bring a cup.")
    assert "COMMENT" not in event


def test_a_reason_can_be_the_whole_description():
    entry = called_off(description="", cancellation_reason="No milk.")

    assert parse(event_file(entry, EVENTS))["DESCRIPTION"] == "Cancelled: No milk."


def test_files_are_published_without_a_scheduling_method():
    for entry in (an_entry(), called_off()):
        assert b"METHOD" not in event_file(entry, EVENTS) + feed_file([entry], EVENTS)
