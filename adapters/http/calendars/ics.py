"""Events as an iCalendar file (RFC 5545, RFC 7986)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from icalendar import Calendar, Event, Parameters, vDuration
from icalendar.parser import Contentline

from adapters.http.calendars.ics_text import CalendarText
from adapters.http.calendars.ics_time_zones import local_time, time_zone_lines
from application.ports.calendar_queries import CalendarEntry
from domain.events.state import EventState

PRODUCT = "-//Turnout//Turnout//EN"
NAME = "Turnout"
# How often calendar apps should refresh.
REFRESH = timedelta(hours=1)
# LRU size, some KiB per event. Writing an event takes 0.26 ms, most of the time of a feed.
CACHED_EVENTS = 2048
END = b"END:VEVENT\r\n"


class EventLines(NamedTuple):
    lines: bytes
    zone_years: frozenset[tuple[str, int]]  # of its local times


def event_file(entry: CalendarEntry, events_url: str) -> bytes:
    """A calendar of one event. `events_url` plus its id is the URL of an event."""
    return _file(_calendar(), [entry], events_url)


def feed_file(entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    """A calendar to subscribe to, with a name and a refresh interval."""
    calendar = _calendar()
    # RFC 7986 sections 5.1 and 5.7, then the older properties that some apps read.
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
    zone_years: set[tuple[str, int]] = set()
    events = []
    for entry in entries:
        event_lines = _event_lines(entry)
        zone_years |= event_lines.zone_years
        events.append(_located(event_lines.lines, entry, events_url))
    return b"".join([head, time_zone_lines(zone_years), *events, end, rest])


def _located(lines: bytes, entry: CalendarEntry, events_url: str) -> bytes:
    """The event with its URL, which depends on the Host header and so is not cached."""
    url = Contentline.from_parts("URL", Parameters(), f"{events_url}{entry.id}/").to_ical()
    return b"".join((lines.removesuffix(END), url, b"\r\n", END))


@lru_cache(CACHED_EVENTS)
def _event_lines(entry: CalendarEntry) -> EventLines:
    event = _event(entry)
    times: list[Any] = [event[name] for name in ("DTSTART", "DTEND") if name in event]
    zone_years = {(time.params["TZID"], time.dt.year) for time in times if "TZID" in time.params}
    return EventLines(event.to_ical(), frozenset(zone_years))


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", str(entry.id))  # a UUID (RFC 7986 section 5.3)
    event.add("sequence", entry.revision)
    # Without METHOD, the same as LAST-MODIFIED (RFC 5545 section 3.8.7.2).
    event.add("dtstamp", _seconds(entry.updated_at))
    event.add("last-modified", _seconds(entry.updated_at))
    event.add("created", _seconds(entry.created_at))
    start, end = _seconds(entry.start_time), _seconds(entry.end_time)
    event.add("dtstart", local_time(start, entry.timezone))
    if end > start:  # DTEND must be later; an event within one second has none
        event.add("dtend", local_time(end, entry.timezone))
    event.add("summary", CalendarText(entry.title))
    event.add("description", CalendarText(_description(entry)))
    if entry.location:
        event.add("location", CalendarText(entry.location))
    event.add("categories", [str(entry.type)])
    event.add("status", "CANCELLED" if entry.state is EventState.CANCELLED else "CONFIRMED")
    if entry.cancellation_reason:
        event.add("comment", CalendarText(entry.cancellation_reason))
    return event


def _description(entry: CalendarEntry) -> str:
    """With the cancellation reason first, because apps do not show COMMENT."""
    if not entry.cancellation_reason:
        return entry.description
    return f"Cancelled: {entry.cancellation_reason}\n\n{entry.description}".rstrip()


def _seconds(instant: datetime) -> datetime:
    """In UTC without microseconds, which iCalendar does not have."""
    return instant.astimezone(UTC).replace(microsecond=0)
