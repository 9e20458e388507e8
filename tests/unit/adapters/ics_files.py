"""Reading calendar files, strictly."""

from typing import Any
from uuid import UUID

from icalendar import Calendar

from application.ports.calendar_queries import CalendarEntry
from domain.events.description import EventType
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
        "created_at": NOON - 2 * DAY,
        "updated_at": NOON - DAY,
        "revision": 0,
    }
    return CalendarEntry(**values | changes)


def unfolded(file):
    """The lines of a file that is checked to be folded and ended as it must be."""
    assert file.endswith(b"\r\n")
    physical = file[:-2].split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in physical)
    assert max(map(len, physical)) <= 75
    for line in physical:
        line.decode()  # no character is cut
    return file[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def read(file):
    [event] = Calendar.from_ical(file).walk("VEVENT")
    return event
