from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from adapters.persistence.mappers import event_from_row, event_to_row
from adapters.persistence.tables import attendances, events
from application.ports.event_repository import EventRepository
from domain.events.errors import EventNotFound
from domain.events.event import Event, Seat


class PostgresEventRepository(EventRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loaded: dict[UUID, Event] = {}

    def add(self, event: Event) -> None:
        self._connection.execute(insert(events).values(event_to_row(event)))

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        row = self._connection.execute(
            select(events).where(events.c.id == event_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise EventNotFound(event_id)
        # A statement of its own: joined to the locking one it would show the seat as it was
        # before the wait for the lock (PostgreSQL manual, section 13.2.1).
        registered_at = self._connection.execute(
            select(attendances.c.registered_at).where(
                attendances.c.event_id == event_id, attendances.c.user_id == attendee
            )
        ).scalar_one_or_none()
        event = event_from_row(row, Seat(attendee, registered_at))
        self._loaded[event_id] = replace(event)
        return event

    def save(self, event: Event) -> None:
        loaded = self._loaded[event.id]
        if event.seat != loaded.seat:
            self._save_seat(event.id, event.seat)
        # Only what changed: an event may carry a long text, and its row is locked meanwhile.
        before = event_to_row(loaded)
        changed = {name: v for name, v in event_to_row(event).items() if v != before[name]}
        if changed:
            self._connection.execute(update(events).where(events.c.id == event.id).values(changed))
        self._loaded[event.id] = replace(event)

    def _save_seat(self, event_id: UUID, seat: Seat) -> None:
        if seat.is_taken:
            self._connection.execute(
                insert(attendances).values(
                    event_id=event_id, user_id=seat.user_id, registered_at=seat.registered_at
                )
            )
        else:
            self._connection.execute(
                delete(attendances).where(
                    attendances.c.event_id == event_id, attendances.c.user_id == seat.user_id
                )
            )

    def remove(self, event: Event) -> None:
        # The foreign key of `attendances` deletes the seats.
        self._connection.execute(delete(events).where(events.c.id == event.id))
