"""Map rows to entities and back; a contract test round-trips every field."""

from typing import Any
from uuid import UUID

from adapters.postgres.connection import Row
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.event import Event, Seat
from domain.events.schedule import Schedule


def event_from_row(row: Row, attendee: UUID) -> Event:
    """The row's `registered_at` is None unless `attendee` has a seat."""
    return Event(
        id=row.id,
        creator_id=row.creator_id,
        title=Title(row.title),
        description=Description(row.description),
        schedule=Schedule(row.start_time, row.end_time),
        capacity=Capacity(row.capacity),
        attendees_count=row.attendees_count,
        seat=Seat(attendee, row.registered_at),
        created_at=row.created_at,
        updated_at=row.updated_at,
        type=EventType(row.type),
        location=Location(row.location),
        revision=row.revision,
    )


def event_to_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "creator_id": event.creator_id,
        "title": str(event.title),
        "description": str(event.description),
        "start_time": event.schedule.start_time,
        "end_time": event.schedule.end_time,
        "capacity": int(event.capacity),
        "attendees_count": event.attendees_count,
        "created_at": event.created_at,
        "updated_at": event.updated_at,
        "type": str(event.type),
        "location": str(event.location),
        "revision": event.revision,
    }
