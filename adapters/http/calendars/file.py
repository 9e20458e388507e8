"""Events as an iCalendar file (RFC 5545, RFC 7986)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, vDuration

from adapters.http.calendars.text import CalendarText
from application.ports.calendar_queries import CalendarEntry

PRODUCT = "-//Turnout//Turnout//EN"
NAME = "Turnout"
# How often a program should look again.
REFRESH = timedelta(hours=1)
# Programs ask again and again for what seldom changes: an event is written once, and kept, of so
# many, a KiB or two for each.
REMEMBERED_EVENTS = 2048


def event_file(entry: CalendarEntry, events_url: str) -> bytes:
    """A calendar of one event. Under `events_url` each event is shown by its id."""
    return _file(_calendar(), [entry], events_url)


def feed_file(entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    """A calendar to be subscribed to: it says what it is called and when to come again."""
    calendar = _calendar()
    # RFC 7986 sections 5.1 and 5.7; the others are older, and what some programs read.
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", vDuration(REFRESH), {"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    return _file(calendar, entries, events_url)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _file(calendar: Calendar, entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    head, end, rest = calendar.to_ical().partition(b"END:VCALENDAR")
    events = [_event_lines(entry, f"{events_url}{entry.id}/") for entry in entries]
    return b"".join([head, *events, end, rest])


@lru_cache(REMEMBERED_EVENTS)
def _event_lines(entry: CalendarEntry, url: str) -> bytes:
    lines: bytes = _event(entry, url).to_ical()
    return lines


def _event(entry: CalendarEntry, url: str) -> Event:
    event = Event()
    event.add("uid", str(entry.id))  # a UUID, as RFC 7986 section 5.3 has it
    event.add("sequence", entry.revision)
    # Without METHOD it is the same as LAST-MODIFIED (RFC 5545 section 3.8.7.2).
    event.add("dtstamp", _seconds(entry.updated_at))
    event.add("last-modified", _seconds(entry.updated_at))
    event.add("created", _seconds(entry.created_at))
    start, end = _seconds(entry.start_time), _seconds(entry.end_time)
    event.add("dtstart", start)
    if end > start:  # as it must be: what ends in the second of its start has no DTEND
        event.add("dtend", end)
    event.add("summary", CalendarText(entry.title))
    event.add("description", CalendarText(entry.description))
    if entry.location:
        event.add("location", CalendarText(entry.location))
    event.add("categories", [str(entry.type)])
    event.add("status", "CONFIRMED")
    event.add("url", url)
    return event


def _seconds(instant: datetime) -> datetime:
    """In UTC, of which iCalendar writes whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)
