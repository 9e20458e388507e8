from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, or_, select

from adapters.persistence.event_conditions import attended_by, has_status
from adapters.persistence.event_writes import ADD_EVENT, LOCK_AND_LOAD, SeatChange, saving
from adapters.persistence.mappers import event_from_row, event_to_row
from adapters.persistence.tables import events
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
        if self._connection.execute(ADD_EVENT, event_to_row(event)).rowcount == 0:
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
        values = {"event_id": event_id, "attendee": attendee}
        row = self._connection.execute(LOCK_AND_LOAD, values).one_or_none()
        if row is None:
            return None
        event = event_from_row(row, Seat(attendee, row.registered_at))
        self._loaded[event_id] = replace(event)
        return event

    def save(self, event: Event) -> None:
        loaded = self._loaded[event.id]
        # Only what changed: an event may carry a long text, and its row is locked meanwhile.
        before = event_to_row(loaded)
        changed = {name: v for name, v in event_to_row(event).items() if v != before[name]}
        change = SeatChange.between(loaded.seat, event.seat)
        if not changed and change is None:
            return
        values = {
            "event_id": event.id,
            "attendee": event.seat.user_id,
            "registered_at": event.seat.registered_at,
            **{f"new_{name}": value for name, value in changed.items()},
        }
        saved = self._connection.execute(saving(frozenset(changed), change), values)
        if saved.rowcount == 0:
            raise InvalidToken
        self._loaded[event.id] = replace(event)

    def remove(self, event: Event) -> None:
        # The foreign key of `attendances` deletes the seats.
        self._connection.execute(delete(events).where(events.c.id == event.id))
