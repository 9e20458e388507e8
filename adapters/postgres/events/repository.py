from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from adapters.postgres.events.filters import IS_ATTENDING, IS_CREATOR, has_status
from adapters.postgres.events.mappers import changed_columns, event_from_row, event_to_row
from adapters.postgres.events.writes import (
    ADD_EVENT,
    LOAD,
    LOCK,
    REMOVE_EVENT,
    SET_TERMS,
    SeatChange,
    update_event,
)
from adapters.postgres.schema.event_terms import joined_terms
from adapters.postgres.schema.tables import events
from adapters.postgres.sql import compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.event_repository import EventRepository
from domain.events.errors import EventNotFound
from domain.events.event import Event
from domain.events.schedule import EventStatus

UPCOMING_OF = compile_sql(
    select(events.c.id)
    .where(has_status(EventStatus.UPCOMING), or_(IS_CREATOR, IS_ATTENDING))
    .order_by(events.c.id)
)


class PostgresEventRepository(EventRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._loaded: dict[UUID, dict[str, Any]] = {}
        self.seats_changed: list[SeatChange] = []

    def add(self, event: Event) -> None:
        self._transaction.write(ADD_EVENT, event_to_row(event))
        self._set_terms(event)

    def upcoming_of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        rows = self._transaction.rows(UPCOMING_OF, {"viewer_id": user_id, "now": now})
        return [row.id for row in rows]

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        event = self.find_for_update(event_id, attendee)
        if event is None:
            raise EventNotFound(event_id)
        return event

    def find_for_update(self, event_id: UUID, attendee: UUID) -> Event | None:
        values = {"event_id": event_id, "attendee": attendee}
        rows = self._transaction.rows(LOAD, values, lock=LOCK)
        if not rows:
            return None
        event = event_from_row(rows[0], attendee)
        self._loaded[event_id] = dict(vars(event))
        return event

    def save(self, event: Event) -> None:
        before = self._loaded[event.id]
        # Only the changed columns: the description may be long, and the row is locked.
        changed = changed_columns(before, event)
        change = SeatChange.between(before["seat"], event.seat)
        if not changed and change is None:
            return
        values = {
            "event_id": event.id,
            "attendee": event.seat.user_id,
            "registered_at": event.seat.registered_at,
            **changed,
        }
        self._transaction.write(update_event(frozenset(changed), change), values)
        if changed.keys() & {"title", "description"}:
            self._set_terms(event)
        self._loaded[event.id] = dict(vars(event))
        if change:
            self.seats_changed.append(change)

    def remove(self, event: Event) -> None:
        # ON DELETE CASCADE deletes the seats.
        self._transaction.write(REMOVE_EVENT, {"event_id": event.id})

    def _set_terms(self, event: Event) -> None:
        terms = joined_terms(event.title, event.description)
        self._transaction.write(SET_TERMS, {"event_ids": [event.id], "terms": [terms]})
