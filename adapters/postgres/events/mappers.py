"""Row to event and back. A contract test checks that every field makes the round trip."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from adapters.postgres.connection import Row
from adapters.postgres.schema.tables import events
from domain.events.event import Event, EventSeats, Seat
from domain.events.registration import RegistrationWindow
from domain.events.schedule import Schedule
from domain.events.state import EventState
from domain.events.waitlist import WaitlistEntry


def _class_of(hint: Any) -> type[Any]:
    """The class of a field that may also be None."""
    [kind] = [each for each in get_args(hint) or [hint] if each is not NoneType]
    return kind  # type: ignore[no-any-return]


# Fields with a column of the same name, and the value objects among them.
_COLUMNS = {
    name: _class_of(hint) for name, hint in get_type_hints(Event).items() if name in events.c
}
_VALUE_OBJECTS = {
    name: kind
    for name, kind in _COLUMNS.items()
    if issubclass(kind, str | int) and kind is not bool
}
_COLUMNS_OF = {
    kind: [field.name for field in fields(kind) if field.name in _COLUMNS]
    for kind in (EventSeats, Event)
}


def event_from_row(row: Row, attendee: UUID, entry: WaitlistEntry | None) -> Event:
    """`registered_at` is when the attendee took a seat, or None."""
    return Event(**_values(Event, row, attendee, entry) | {"published_at": published_at(row)})


def event_seats_from_row(row: Row, attendee: UUID, entry: WaitlistEntry | None) -> EventSeats:
    """Like `event_from_row`, but only what decides about seats."""
    return EventSeats(**_values(EventSeats, row, attendee, entry))


def published_at(row: Row) -> datetime | None:
    """The previous release does not set the column: its events are published on creation."""
    if row.published_at is None and row.state != EventState.DRAFT:
        return row.created_at  # type: ignore[no-any-return]
    return row.published_at  # type: ignore[no-any-return]


def event_to_row(event: Event) -> dict[str, Any]:
    return changed_columns({}, event)


def changed_columns(before: Mapping[str, Any], event: EventSeats) -> dict[str, Any]:
    """The columns of the attributes that differ from those of `before`."""
    changed = {
        name: value
        for name, value in vars(event).items()
        if name not in before or before[name] != value
    }
    row = {name: changed[name] for name in changed.keys() & _COLUMNS.keys()}
    for name in _VALUE_OBJECTS.keys() & row.keys():
        # psycopg2 adapts str and int, but no subclass of them.
        if row[name] is not None:
            row[name] = _base(_VALUE_OBJECTS[name])(row[name])
    if "schedule" in changed:
        row |= {"start_time": event.schedule.start_time, "end_time": event.schedule.end_time}
    if "registration" in changed:
        row |= {
            "registration_opens_at": event.registration.opens_at,
            "registration_closes_at": event.registration.closes_at,
        }
    return row


def _values(
    model: type[EventSeats], row: Row, attendee: UUID, entry: WaitlistEntry | None
) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS_OF[model]}
    for name in _VALUE_OBJECTS.keys() & values.keys():
        if values[name] is not None:
            values[name] = _value_object(_VALUE_OBJECTS[name], values[name])
    return values | {
        "schedule": Schedule(row.start_time, row.end_time),
        "registration": RegistrationWindow(row.registration_opens_at, row.registration_closes_at),
        "seat": Seat(attendee, row.registered_at),
        "waitlist_entry": entry,
    }


def _value_object(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, StrEnum):
        return kind(value)
    # Unchecked, so that events created before a rule stay usable.
    return _base(kind).__new__(kind, value)


def _base(value_object: type[Any]) -> type[Any]:
    return str if issubclass(value_object, str) else int
