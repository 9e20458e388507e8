"""Strict parsing of iCalendar files."""

from typing import Any
from uuid import UUID

from icalendar import Calendar

from application.ports.calendar_queries import CalendarEntry
from domain.events.description import EventType
from domain.events.state import EventState
from tests.builders import DAY, HOUR, NOON

EVENTS = "http://localhost:8000/v1/events/"


def an_entry(**changes):
    values: dict[str, Any] = {
        "id": UUID(int=7),
        "title": "Tea for two",
        "description": "Bring a cup.",
        "location": "The reading room",
        "type": EventType.SOCIAL,
        "start_time": NOON,
        "end_time": NOON + HOUR,
        "timezone": "UTC",
        "state": EventState.PUBLISHED,
        "cancellation_reason": None,
        "created_at": NOON - 2 * DAY,
        "updated_at": NOON - DAY,
        "revision": 0,
    }
    return CalendarEntry(**values | changes)


def unfold(file):
    """The unfolded lines; checks line endings and folding."""
    assert file.endswith(b"\r\n")
    lines = file[:-2].split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut
    return file[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def parse(file):
    [event] = Calendar.from_ical(file).walk("VEVENT")
    return event
