from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from adapters.postgres.connection import Row
from adapters.postgres.events.mappers import (
    changed_columns,
    event_from_row,
    event_seats_from_row,
    event_to_row,
)
from adapters.postgres.events.writes import (
    ADD_EVENT,
    FIND,
    JOIN_WAITLIST,
    LEAVE_WAITLIST,
    LOAD,
    LOAD_SEATS,
    LOCK,
    LOCK_AFFECTED_BY_DELETION,
    NEXT_IN_LINE,
    PROMOTE,
    REMOVE_EVENT,
    SET_TERMS,
    WAITLIST_ENTRIES,
    WAITLIST_POSITION,
    SeatChange,
    update_event,
)
from adapters.postgres.outbox import PostgresOutbox, message_values
from adapters.postgres.schema.event_terms import joined_terms
from adapters.postgres.transaction import Transaction
from application.messages.bodies import event_bodies
from application.ports.event_repository import EventRepository
from application.ports.outbox import OutboxMessage
from domain.events.errors import EventNotFound, TooManyEvents
from domain.events.event import MAX_UPCOMING_EVENTS, Event, EventSeats
from domain.events.waitlist import WaitlistEntry


class PostgresEventRepository(EventRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._outbox = PostgresOutbox(transaction)
        self._loaded: dict[UUID, dict[str, Any]] = {}
        self.seats_changed: list[SeatChange] = []

    def add(self, event: Event, max_upcoming: int = MAX_UPCOMING_EVENTS) -> str:
        values = _new_event_values(event, max_upcoming)
        name = _creator_name(self._transaction.rows(ADD_EVENT, values), max_upcoming)
        event.messages.clear()
        return name

    def add_and_commit(self, event: Event, max_upcoming: int) -> str:
        values = _new_event_values(event, max_upcoming)
        name = _creator_name(self._transaction.rows_and_commit(ADD_EVENT, values), max_upcoming)
        event.messages.clear()
        return name

    def affected_by_deletion_for_update(
        self, user_id: UUID, now: datetime, limit: int
    ) -> Sequence[Event]:
        values = {"attendee": user_id, "now": now, "limit": limit}
        # Runs twice, to see what was committed while it waited for the locks.
        rows = self._transaction.rows(
            LOCK_AFFECTED_BY_DELETION, values, lock=LOCK_AFFECTED_BY_DELETION
        )
        return self._loaded_events(rows, user_id)

    def _loaded_events(self, rows: Sequence[Row], user_id: UUID) -> Sequence[Event]:
        """Events of locked rows, with the user's place."""
        entries = self._waitlist_entries(rows, user_id)
        found = [event_from_row(row, user_id, entries.get(row.id)) for row in rows]
        self._loaded |= {event.id: dict(vars(event)) for event in found}
        return found

    def find(self, event_id: UUID) -> Event | None:
        rows = self._transaction.rows(FIND, {"event_id": event_id})
        return event_from_row(rows[0], rows[0].creator_id, None) if rows else None

    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        row = self._locked_row(LOAD, event_id, attendee)
        [event] = self._loaded_events([row], attendee)
        return event

    def get_seats_for_update(self, event_id: UUID, attendee: UUID) -> EventSeats:
        row = self._locked_row(LOAD_SEATS, event_id, attendee)
        entries = self._waitlist_entries([row], attendee)
        event = event_seats_from_row(row, attendee, entries.get(event_id))
        self._loaded[event_id] = dict(vars(event))
        return event

    def _locked_row(self, sql: str, event_id: UUID, attendee: UUID) -> Row:
        values = {"event_id": event_id, "attendee": attendee}
        rows = self._transaction.rows(sql, values, lock=LOCK)
        if not rows:
            raise EventNotFound(event_id)
        return rows[0]

    def _waitlist_entries(
        self, events: Sequence[Row], user_id: UUID
    ) -> Mapping[UUID, WaitlistEntry]:
        """The user's entries by event id. Sends nothing if no event has a waitlist."""
        event_ids = [row.id for row in events if row.waitlist_count]
        if not event_ids:
            return {}
        values = {"event_ids": event_ids, "attendee": user_id}
        return {
            row.event_id: WaitlistEntry(user_id, row.number, row.joined_at)
            for row in self._transaction.rows(WAITLIST_ENTRIES, values)
        }

    def next_in_line(self, event_id: UUID, limit: int) -> Sequence[WaitlistEntry]:
        rows = self._transaction.locked_rows(NEXT_IN_LINE, {"event_id": event_id, "limit": limit})
        return [WaitlistEntry(**row._asdict()) for row in rows]

    def waitlist_position(self, event_id: UUID, number: int) -> int:
        values = {"event_id": event_id, "number": number}
        [[position]] = self._transaction.rows(WAITLIST_POSITION, values)
        return int(position)

    def save(self, event: EventSeats) -> None:
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
        self._update(values, frozenset(changed), change)
        self._save_waitlist(before, event)
        if isinstance(event, Event) and changed.keys() & {"title", "description"}:
            self._set_terms(event)
        self._loaded[event.id] = dict(vars(event))
        if change:
            self.seats_changed.append(change)
        self._add_messages(event)

    def _update(
        self, values: Mapping[str, Any], changed: frozenset[str], change: SeatChange | None
    ) -> None:
        self._transaction.write(update_event(changed, change), values)

    def remove(self, event: EventSeats) -> None:
        # ON DELETE CASCADE deletes the seats and the waitlist.
        self._transaction.write(REMOVE_EVENT, {"event_id": event.id})
        self._add_messages(event)

    def _add_messages(self, event: EventSeats) -> None:
        self._outbox.add_all(messages_of(event))
        event.messages.clear()

    def _save_waitlist(self, before: Mapping[str, Any], event: EventSeats) -> None:
        values: dict[str, Any] = {"event_id": event.id, "attendee": event.seat.user_id}
        entry = event.waitlist_entry
        if entry != before["waitlist_entry"]:
            if before["waitlist_entry"]:
                self._transaction.write(LEAVE_WAITLIST, values)
            if entry:
                self._join_waitlist(values | {"number": entry.number, "joined_at": entry.joined_at})
        if event.promoted and event.promoted is not before["promoted"]:
            values |= {
                "promoted": [seat.user_id for seat in event.promoted],
                "registered_at": event.promoted[0].registered_at,  # the same for all
            }
            self._promote(values)
            self.seats_changed += [SeatChange.TAKEN] * len(event.promoted)

    def _join_waitlist(self, values: Mapping[str, Any]) -> None:
        self._transaction.write(JOIN_WAITLIST, values)

    def _promote(self, values: Mapping[str, Any]) -> None:
        self._transaction.write(PROMOTE, values)

    def _set_terms(self, event: Event) -> None:
        terms = joined_terms(event.title, event.description)
        self._transaction.write(SET_TERMS, {"event_id": event.id, "terms": terms})


def _new_event_values(event: Event, max_upcoming: int) -> dict[str, Any]:
    return event_to_row(event) | {
        "max_upcoming": max_upcoming,
        "terms": joined_terms(event.title, event.description),
        **message_values(messages_of(event)),
    }


def messages_of(event: EventSeats) -> Sequence[OutboxMessage]:
    return [OutboxMessage(uuid7(), event.creator_id, body) for body in event_bodies(event)]


def _creator_name(rows: Sequence[Row], max_upcoming: int) -> str:
    """Raises TooManyEvents if no event was inserted."""
    if not rows:
        raise TooManyEvents(max_upcoming)
    name: str = rows[0].creator_name
    return name
