"""Row to event and back. A contract test checks that every field makes the round trip."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints
from uuid import UUID

from adapters.postgres.connection import Row
from adapters.postgres.schema.tables import events
from domain.events.description import Capacity
from domain.events.event import Event, EventSeats, Seat
from domain.events.schedule import Schedule

_TYPES = get_type_hints(Event)
# Fields with a column of the same name, and the value objects among them.
_COLUMNS = [field.name for field in fields(Event) if field.name in events.c]
_VALUE_OBJECTS = {name: _TYPES[name] for name in _COLUMNS if issubclass(_TYPES[name], str | int)}


def event_from_row(row: Row, attendee: UUID) -> Event:
    """`registered_at` is when the attendee took a seat, or None."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    for name, value_object in _VALUE_OBJECTS.items():
        # Unchecked, so that events created before a rule stay usable.
        values[name] = _base(value_object).__new__(value_object, values[name])
    return Event(
        schedule=Schedule(row.start_time, row.end_time),
        seat=Seat(attendee, row.registered_at),
        **values,
    )


def event_seats_from_row(row: Row, attendee: UUID) -> EventSeats:
    """Like `event_from_row`, without the texts."""
    return EventSeats(
        id=row.id,
        creator_id=row.creator_id,
        schedule=Schedule(row.start_time, row.end_time),
        capacity=Capacity(row.capacity),
        attendees_count=row.attendees_count,
        seat=Seat(attendee, row.registered_at),
    )


def event_to_row(event: Event) -> dict[str, Any]:
    return changed_columns({}, event)


def changed_columns(before: Mapping[str, Any], event: EventSeats) -> dict[str, Any]:
    """The columns of the attributes that differ from those of `before`."""
    after = vars(event)
    columns = [name for name in _COLUMNS if name in after]
    changed = {name: after[name] for name in columns if before.get(name) != after[name]}
    for name in _VALUE_OBJECTS.keys() & changed.keys():
        # psycopg2 adapts str and int, but no subclass of them.
        changed[name] = _base(_VALUE_OBJECTS[name])(changed[name])
    if before.get("schedule") != event.schedule:
        changed |= {
            "start_time": event.schedule.start_time,
            "end_time": event.schedule.end_time,
        }
    return changed


def _base(value_object: type[Any]) -> type[Any]:
    return str if issubclass(value_object, str) else int
