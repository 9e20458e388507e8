"""Times in calendar files: the venue's local time, with the definition of its zone.

Times in these tests are UTC, as in the database; expected lines are local.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from icalendar.timezone.tzid import is_utc

from adapters.http.calendars.ics import event_file, feed_file
from domain.events.time_zone import time_zone_names
from tests.builders import HOUR
from tests.unit.adapters.ics_files import EVENTS, an_entry, unfold

SECOND = timedelta(seconds=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_event_at(start, timezone, end=None, **fields):
    start_time = utc(start)
    end_time = utc(end) if end else start_time + HOUR
    return an_entry(start_time=start_time, end_time=end_time, timezone=timezone, **fields)


def times_of(entry):
    lines = unfold(event_file(entry, EVENTS))
    event = lines[lines.index("BEGIN:VEVENT") :]
    return [line for line in event if line.startswith(("DTSTART", "DTEND"))]


def zones_of(file):
    return [str(zone["TZID"]) for zone in Calendar.from_ical(file).timezones]


@pytest.mark.parametrize(
    ("start", "timezone", "local"),
    [
        ("2030-01-15T18:00", "Europe/Berlin", "20300115T190000"),
        ("2030-07-15T18:00", "Europe/Berlin", "20300715T200000"),
        # The last hours before clocks change, and the first after.
        ("2030-03-31T00:00", "Europe/Berlin", "20300331T010000"),
        ("2030-03-31T01:00", "Europe/Berlin", "20300331T030000"),
        ("2030-10-26T23:00", "Europe/Berlin", "20301027T010000"),
        ("2030-10-27T02:00", "Europe/Berlin", "20301027T030000"),
        ("2030-01-15T18:00", "America/New_York", "20300115T130000"),
        ("2030-07-15T18:00", "America/New_York", "20300715T140000"),
        # South of the equator, summer is in January.
        ("2030-01-15T09:00", "Australia/Sydney", "20300115T200000"),
        ("2030-07-15T09:00", "Australia/Sydney", "20300715T190000"),
        # Clocks change by half an hour.
        ("2030-01-15T09:00", "Australia/Lord_Howe", "20300115T200000"),
        ("2030-07-15T09:00", "Australia/Lord_Howe", "20300715T193000"),
        # No daylight saving time.
        ("2030-01-15T18:00", "Asia/Kolkata", "20300115T233000"),
        ("2030-07-15T18:00", "Asia/Kolkata", "20300715T233000"),
    ],
)
def test_times_are_local_with_the_name_of_the_zone(start, timezone, local):
    assert times_of(an_event_at(start, timezone))[0] == f"DTSTART;TZID={timezone}:{local}"


def test_an_event_can_last_while_clocks_change():
    entry = an_event_at("2030-03-30T21:00", "Europe/Berlin", end="2030-03-31T04:00")

    assert times_of(entry) == [
        "DTSTART;TZID=Europe/Berlin:20300330T220000",
        "DTEND;TZID=Europe/Berlin:20300331T060000",
    ]


def test_local_times_that_occur_twice_are_in_utc():
    """They mean the first (RFC 5545 section 3.3.5), but ical.js takes the second."""
    first = an_event_at("2030-10-26T23:59", "Europe/Berlin", end="2030-10-27T00:30")
    second = an_event_at("2030-10-27T01:59", "Europe/Berlin", end="2030-10-27T02:00")

    assert times_of(first) == [
        "DTSTART;TZID=Europe/Berlin:20301027T015900",
        "DTEND:20301027T003000Z",
    ]
    assert times_of(second) == [
        "DTSTART:20301027T015900Z",
        "DTEND;TZID=Europe/Berlin:20301027T030000",
    ]


@pytest.mark.parametrize("timezone", ["UTC", "Etc/UTC", "Zulu"])
def test_times_in_utc_need_no_definition(timezone):
    file = event_file(an_event_at("2030-07-15T18:00", timezone), EVENTS)

    assert b"\r\nDTSTART:20300715T180000Z\r\nDTEND:20300715T190000Z\r\n" in file
    assert zones_of(file) == []


@pytest.mark.parametrize("timezone", ["Europe/Atlantis", "Europe", "../etc/passwd", "/etc", ""])
def test_an_unknown_zone_becomes_utc(timezone):
    """An instance with a newer time zone database may have stored it."""
    unknown = an_event_at("2030-07-15T18:00", timezone)
    known = an_event_at("2030-07-15T18:00", "Europe/Berlin")

    file = feed_file([unknown, known], EVENTS)

    assert b"\r\nDTSTART:20300715T180000Z\r\n" in file
    assert b"\r\nDTSTART;TZID=Europe/Berlin:20300715T200000\r\n" in file
    assert zones_of(file) == ["Europe/Berlin"]


@pytest.mark.parametrize("start", ["9997-12-31T23:30", "9998-06-01T00:00", "9999-12-31T23:30"])
def test_times_up_to_the_last_year_can_be_written(start):
    for timezone in ("Asia/Tokyo", "Pacific/Pago_Pago", "Europe/Berlin"):
        entry = an_event_at(start, timezone, end="9999-12-31T23:59")
        assert len(times_of(entry)) == 2


def test_the_definition_of_a_zone_has_each_change_of_the_year():
    file = event_file(an_event_at("2030-07-15T18:00", "Europe/Berlin"), EVENTS)

    lines = unfold(file)
    assert lines[lines.index("BEGIN:VTIMEZONE") : lines.index("BEGIN:VEVENT")] == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        *("BEGIN:STANDARD", "DTSTART:20300101T000000", "TZNAME:CET"),
        *("TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", "DTSTART:20300331T020000", "TZNAME:CEST"),
        *("TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT"),
        *("BEGIN:STANDARD", "DTSTART:20301027T030000", "TZNAME:CET"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD"),
        "END:VTIMEZONE",
    ]


def test_a_feed_defines_each_zone_once_for_the_years_of_its_times():
    entries = [
        an_event_at("2033-07-15T18:00", "Europe/Berlin"),
        an_event_at("2030-12-31T22:30", "Europe/Berlin", end="2030-12-31T23:30"),  # ends in 2031
        an_event_at("2040-01-15T18:00", "America/New_York"),
        an_event_at("2030-01-15T18:00", "Europe/Berlin"),
        an_event_at("2030-01-15T18:00", "Asia/Kolkata"),
        an_event_at("2030-01-15T18:00", "UTC"),
    ]

    file = feed_file(entries, EVENTS)

    zones = Calendar.from_ical(file).timezones
    assert [(str(zone["TZID"]), years_of(zone)) for zone in zones] == [
        ("America/New_York", [2040, 2040, 2040]),
        ("Asia/Kolkata", [2030]),
        ("Europe/Berlin", [2030, 2030, 2030, 2031, 2031, 2031, 2033, 2033, 2033]),
    ]


def years_of(zone):
    return [each.DTSTART.year for each in zone.subcomponents]


def test_a_zone_is_defined_for_the_local_year():
    file = event_file(an_event_at("2030-12-31T22:30", "Asia/Tokyo"), EVENTS)

    [zone] = Calendar.from_ical(file).timezones
    assert [each.DTSTART for each in zone.subcomponents] == [datetime(2031, 1, 1)]


def test_zones_change_exactly_when_the_time_zone_database_says():
    for name in (each for each in time_zone_names() if not is_utc(ZoneInfo(each))):
        file = event_file(an_event_at("2030-07-15T12:00", name), EVENTS)
        [zone] = Calendar.from_ical(file).timezones
        offsets = {each.DTSTART - each.TZOFFSETFROM: each.TZOFFSETTO for each in zone.subcomponents}
        first, *onsets = offsets
        days = (first + timedelta(days=number) for number in range(0, 365, 3))
        for moment in (*days, *onsets, *(onset - SECOND for onset in onsets)):
            local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name))
            written = offsets[max(onset for onset in offsets if onset <= moment)]
            assert (name, local, local.utcoffset()) == (name, local, written)
