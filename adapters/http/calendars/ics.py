"""Events as an iCalendar file (RFC 5545, RFC 7986)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, Parameters, vDuration
from icalendar.parser import Contentline

from adapters.http.calendars.ics_text import CalendarText
from application.ports.calendar_queries import CalendarEntry

PRODUCT = "-//Turnout//Turnout//EN"
NAME = "Turnout"
# How often a program should look again.
REFRESH = timedelta(hours=1)
# LRU size, some KiB for each event: writing its lines takes 0.26 ms, nearly all of a feed's time.
CACHED_EVENTS = 2048
END = b"END:VEVENT\r\n"


def event_file(entry: CalendarEntry, events_url: str) -> bytes:
    """A calendar of one event. Under `events_url` each event is shown by its id."""
    return _file(_calendar(), [_located(_event_lines(entry), entry, events_url)])


def feed_file(entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    """A calendar to be subscribed to: it says what it is called and when to come again."""
    calendar = _calendar()
    # RFC 7986 sections 5.1 and 5.7; the others are older, and what some programs read.
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", vDuration(REFRESH), {"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    events = (_located(_event_lines(each), each, events_url) for each in entries)
    return _file(calendar, events)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _file(calendar: Calendar, events: Iterable[bytes]) -> bytes:
    head, end, rest = calendar.to_ical().partition(b"END:VCALENDAR")
    return b"".join([head, *events, end, rest])


def _located(lines: bytes, entry: CalendarEntry, events_url: str) -> bytes:
    """The event with its URL.

    It has the name of the host, by which clients may call it as they like: it is no part of what
    is cached.
    """
    url = Contentline.from_parts("URL", Parameters(), f"{events_url}{entry.id}/").to_ical()
    return b"".join((lines.removesuffix(END), url, b"\r\n", END))


@lru_cache(CACHED_EVENTS)
def _event_lines(entry: CalendarEntry) -> bytes:
    lines: bytes = _event(entry).to_ical()
    return lines


def _event(entry: CalendarEntry) -> Event:
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
    return event


def _seconds(instant: datetime) -> datetime:
    """In UTC, of which iCalendar writes whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)
