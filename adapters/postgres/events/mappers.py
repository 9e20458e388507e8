"""Row to event and back. A contract test checks that every field makes the round trip."""

from dataclasses import fields
from typing import Any, get_type_hints
from uuid import UUID

from adapters.postgres.connection import Row
from adapters.postgres.schema.tables import events
from domain.events.event import Event, Seat
from domain.events.schedule import Schedule

_TYPES = get_type_hints(Event)
# Fields with a column of the same name, and the value objects among them.
_COLUMNS = [field.name for field in fields(Event) if field.name in events.c]
_VALUE_OBJECTS = {name: _TYPES[name] for name in _COLUMNS if issubclass(_TYPES[name], str | int)}


def event_from_row(row: Row, attendee: UUID) -> Event:
    """`registered_at` is when the attendee took a seat, or None."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    for name, value_object in _VALUE_OBJECTS.items():
        values[name] = value_object(values[name])
    return Event(
        schedule=Schedule(row.start_time, row.end_time),
        seat=Seat(attendee, row.registered_at),
        **values,
    )


def event_to_row(event: Event) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in _COLUMNS}
    for name, value_object in _VALUE_OBJECTS.items():
        # psycopg2 adapts str and int, but no subclass of them.
        values[name] = str(values[name]) if issubclass(value_object, str) else int(values[name])
    return {
        "start_time": event.schedule.start_time,
        "end_time": event.schedule.end_time,
        **values,
    }
