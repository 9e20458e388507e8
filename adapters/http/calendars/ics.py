"""Events as an iCalendar file (RFC 5545, RFC 7986)."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from application.ports.calendar_queries import CalendarEntry

HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Turnout//Turnout//EN")
# The name and how often calendar apps should refresh: RFC 7986 sections 5.1 and 5.7, then the older
# properties that some apps read.
FEED_HEAD = (
    *HEAD,
    "NAME:Turnout",
    "X-WR-CALNAME:Turnout",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
)
LINE_MAX_BYTES = 75
WITHIN_A_CHARACTER = range(0x80, 0xC0)  # the bytes after the first (RFC 3629 section 3)
# Everything that a reader could treat as a line break, including vertical tab, form feed, NEL, and
# the Unicode separators.
LINE_BREAK = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")  # besides "\n"
# TEXT excludes control characters except the tab (RFC 5545 section 3.1).
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def event_file(entry: CalendarEntry, events_url: str) -> bytes:
    """A calendar of one event. `events_url` plus its id is the URL of an event."""
    return _file(HEAD, [entry], events_url)


def feed_file(entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    """A calendar to subscribe to, with a name and a refresh interval."""
    return _file(FEED_HEAD, entries, events_url)


def _file(head: Iterable[str], entries: Iterable[CalendarEntry], events_url: str) -> bytes:
    lines = [*head]
    for entry in entries:
        lines += _event(entry, events_url)
    lines.append("END:VCALENDAR")
    return b"".join(map(_folded, lines))


def _event(entry: CalendarEntry, events_url: str) -> Iterator[str]:
    start, end = _date_time(entry.start_time), _date_time(entry.end_time)
    updated_at = _date_time(entry.updated_at)
    yield "BEGIN:VEVENT"
    yield f"SUMMARY:{_text(entry.title)}"
    yield f"DTSTART:{start}"
    if end > start:  # DTEND must be later; an event within one second has none
        yield f"DTEND:{end}"
    # Without METHOD, the same as LAST-MODIFIED (RFC 5545 section 3.8.7.2).
    yield f"DTSTAMP:{updated_at}"
    yield f"UID:{entry.id}"  # a UUID (RFC 7986 section 5.3)
    yield f"SEQUENCE:{entry.revision}"
    yield f"CATEGORIES:{entry.type}"
    yield f"CREATED:{_date_time(entry.created_at)}"
    yield f"DESCRIPTION:{_text(entry.description)}"
    yield f"LAST-MODIFIED:{updated_at}"
    if entry.location:
        yield f"LOCATION:{_text(entry.location)}"
    yield "STATUS:CONFIRMED"
    yield f"URL:{events_url}{entry.id}/"
    yield "END:VEVENT"


def _date_time(instant: datetime) -> str:
    """In UTC, without microseconds, which iCalendar does not have."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Any text on one line (RFC 5545 section 3.3.11), without control characters."""
    # For the usual characters, str.replace takes a tenth of the time of re.sub.
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    text = text.replace("\r\n", "\n").replace("\n", r"\n")
    return CONTROL.sub("", LINE_BREAK.sub(r"\\n", text))


def _folded(line: str) -> bytes:
    """The line and its end, folded between characters (RFC 5545 section 3.1)."""
    rest = line.encode()
    parts = []
    while len(rest) > LINE_MAX_BYTES:
        end = LINE_MAX_BYTES
        while rest[end] in WITHIN_A_CHARACTER:
            end -= 1
        parts.append(rest[:end])
        rest = b" " + rest[end:]
    return b"\r\n".join([*parts, rest, b""])
