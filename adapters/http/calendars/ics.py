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
# How often calendar apps should refresh.
REFRESH = timedelta(hours=1)
# LRU size, some KiB per event. Writing an event takes 0.26 ms, most of the time of a feed.
CACHED_EVENTS = 2048
END = b"END:VEVENT\r\n"


def event_file(entry: CalendarEntry, events_url: str) -> bytes:
    """A calendar of one event. `events_url` plus its id is the URL of an event."""
    return _file(_calendar(), [_located(_event_lines(entry), entry, events_url)])


def feed_file(entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    """A calendar to subscribe to, with a name and a refresh interval."""
    calendar = _calendar()
    # RFC 7986 sections 5.1 and 5.7, then the older properties that some apps read.
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
    """The event with its URL, which depends on the Host header and so is not cached."""
    url = Contentline.from_parts("URL", Parameters(), f"{events_url}{entry.id}/").to_ical()
    return b"".join((lines.removesuffix(END), url, b"\r\n", END))


@lru_cache(CACHED_EVENTS)
def _event_lines(entry: CalendarEntry) -> bytes:
    lines: bytes = _event(entry).to_ical()
    return lines


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", str(entry.id))  # a UUID (RFC 7986 section 5.3)
    event.add("sequence", entry.revision)
    # Without METHOD, the same as LAST-MODIFIED (RFC 5545 section 3.8.7.2).
    event.add("dtstamp", _seconds(entry.updated_at))
    event.add("last-modified", _seconds(entry.updated_at))
    event.add("created", _seconds(entry.created_at))
    start, end = _seconds(entry.start_time), _seconds(entry.end_time)
    event.add("dtstart", start)
    if end > start:  # DTEND must be later; an event within one second has none
        event.add("dtend", end)
    event.add("summary", CalendarText(entry.title))
    event.add("description", CalendarText(entry.description))
    if entry.location:
        event.add("location", CalendarText(entry.location))
    event.add("categories", [str(entry.type)])
    event.add("status", "CONFIRMED")
    return event


def _seconds(instant: datetime) -> datetime:
    """In UTC without microseconds, which iCalendar does not have."""
    return instant.astimezone(UTC).replace(microsecond=0)
