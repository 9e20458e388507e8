from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, delete, insert, literal, or_, select, update

from adapters.persistence.event_conditions import attended_by, has_status
from adapters.persistence.mappers import event_from_row, event_to_row
from adapters.persistence.tables import attendances, events, users
from application.ports.event_repository import EventRepository
from domain.accounts.errors import InvalidToken
from domain.events.errors import EventNotFound
from domain.events.event import Event, Seat
from domain.events.schedule import EventStatus


class PostgresEventRepository(EventRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loaded: dict[UUID, Event] = {}

    def add(self, event: Event) -> None:
        self._insert_for(event.creator_id, events, event_to_row(event))

    def _insert_for(self, user_id: UUID, table: Table, row: Mapping[str, Any]) -> None:
        """Insert a row of a person's, unless their account is being deleted or gone."""
        account = (
            select(*(literal(value, table.c[name].type) for name, value in row.items()))
            .select_from(users)
            .where(users.c.id == user_id, users.c.username.is_not(None))
            .with_for_update(key_share=True, read=True)
        )
        inserted = self._connection.execute(insert(table).from_select(list(row), account))
        if inserted.rowcount == 0:
            raise InvalidToken

    def upcoming_of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        is_theirs = or_(events.c.creator_id == user_id, attended_by(user_id, events))
        statement = (
            select(events.c.id)
            .where(has_status(EventStatus.UPCOMING, now), is_theirs)
            .order_by(events.c.id)
        )
        return self._connection.execute(statement).scalars().all()

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        event = self.find_for_update(event_id, attendee)
        if event is None:
            raise EventNotFound(event_id)
        return event

    def find_for_update(self, event_id: UUID, attendee: UUID) -> Event | None:
        row = self._connection.execute(
            select(events).where(events.c.id == event_id).with_for_update()
        ).one_or_none()
        if row is None:
            return None
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
            row = {
                "event_id": event_id,
                "user_id": seat.user_id,
                "registered_at": seat.registered_at,
            }
            self._insert_for(seat.user_id, attendances, row)
        else:
            self._connection.execute(
                delete(attendances).where(
                    attendances.c.event_id == event_id, attendances.c.user_id == seat.user_id
                )
            )

    def remove(self, event: Event) -> None:
        # The foreign key of `attendances` deletes the seats.
        self._connection.execute(delete(events).where(events.c.id == event.id))
