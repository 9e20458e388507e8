from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, or_, select

from adapters.postgres.citus.accounts import LOCK_ACCOUNT, lock_account, usernames_of
from adapters.postgres.citus.insert_rows import insert_rows
from adapters.postgres.citus.outbox import CitusOutbox
from adapters.postgres.events.mappers import event_to_row
from adapters.postgres.events.repository import PostgresEventRepository, messages_of
from adapters.postgres.events.writes import (
    ATTENDEE,
    GIVE_BACK,
    IS_AFFECTED_BY_DELETION,
    IS_OPEN,
    IS_OWN_EVENT,
    LEAVE_WAITLIST_TO_ATTEND,
    LOCK,
    NEW_ENTRY,
    NEW_EVENT,
    NEW_SEAT,
    NUMBER,
    UPCOMING,
    SeatChange,
    seat_at,
    update_event,
)
from adapters.postgres.pages import LIMIT
from adapters.postgres.schema.tables import attendances, events, waitlist_entries
from adapters.postgres.sql import EVENT_ID, columns_of, compile_sql
from adapters.postgres.transaction import Transaction
from domain.events.errors import TooManyEvents
from domain.events.event import MAX_UPCOMING_EVENTS, Event, EventSeats
from domain.events.waitlist import WaitlistEntry

ADD_EVENT = compile_sql(insert(events).values(NEW_EVENT))
COUNT_UPCOMING = compile_sql(UPCOMING)
SEAT_CHANGES = {
    SeatChange.TAKEN: compile_sql(insert(attendances).values(NEW_SEAT)),
    SeatChange.GIVEN_BACK: compile_sql(GIVE_BACK),
}
JOIN_WAITLIST = compile_sql(insert(waitlist_entries).values(NEW_ENTRY))
LEAVE_WAITLISTS = compile_sql(LEAVE_WAITLIST_TO_ATTEND)
AFFECTED_BY_DELETION = compile_sql(
    select(events.c.id).where(IS_AFFECTED_BY_DELETION).order_by(events.c.id).limit(LIMIT)
)
_has_place = (
    exists().where(table.c.event_id == EVENT_ID, table.c.user_id == ATTENDEE)
    for table in (attendances, waitlist_entries)
)
# The same condition, for one shard.
LOAD_AFFECTED = compile_sql(
    select(events, seat_at(EVENT_ID)).where(
        events.c.id == EVENT_ID, or_(IS_OWN_EVENT, *_has_place), IS_OPEN
    )
)
ENTRIES = compile_sql(
    select(*columns_of(WaitlistEntry, waitlist_entries))
    .where(waitlist_entries.c.event_id == EVENT_ID, waitlist_entries.c.number > NUMBER)
    .order_by(waitlist_entries.c.number)
    .limit(LIMIT)
)


class CitusEventRepository(PostgresEventRepository):
    """Accounts and events are on different workers, so a statement locks the account first."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._outbox: CitusOutbox = CitusOutbox(transaction)

    def add(self, event: Event, max_upcoming: int = MAX_UPCOMING_EVENTS) -> str:
        name = lock_account(self._transaction, event.creator_id)
        values = event_to_row(event)
        upcoming = self._transaction.rows(COUNT_UPCOMING, values | {"max_upcoming": max_upcoming})
        if upcoming[0].count >= max_upcoming:
            raise TooManyEvents(max_upcoming)
        self._transaction.write(ADD_EVENT, values)
        self._set_terms(event)
        self._add_messages(event)
        return name

    def add_and_commit(self, event: Event, max_upcoming: int) -> str:
        name = self.add(event, max_upcoming)
        self._transaction.commit()
        return name

    def affected_by_deletion_for_update(
        self, user_id: UUID, now: datetime, limit: int
    ) -> Sequence[Event]:
        values = {"attendee": user_id, "now": now, "limit": limit}
        rows = [
            row
            for found in self._transaction.rows(AFFECTED_BY_DELETION, values)
            for row in self._transaction.rows(
                LOAD_AFFECTED, values | {"event_id": found.id}, lock=LOCK
            )
        ]
        return self._loaded_events(rows, user_id)

    def next_in_line(self, event_id: UUID, limit: int) -> Sequence[WaitlistEntry]:
        found: list[WaitlistEntry] = []
        last = 0
        while len(found) < limit:
            values = {"event_id": event_id, "number": last, "limit": limit - len(found)}
            entries = [
                WaitlistEntry(**row._asdict()) for row in self._transaction.rows(ENTRIES, values)
            ]
            if not entries:
                break
            for entry in entries:
                self._transaction.write(LOCK_ACCOUNT, {"user_id": entry.user_id})
            usernames = usernames_of(self._transaction, [entry.user_id for entry in entries])
            found += [entry for entry in entries if usernames[entry.user_id] is not None]
            last = entries[-1].number
        return found

    def _update(
        self, values: Mapping[str, Any], changed: frozenset[str], change: SeatChange | None
    ) -> None:
        if change is SeatChange.TAKEN:
            lock_account(self._transaction, values["attendee"])
        if change:
            self._transaction.write(SEAT_CHANGES[change], values)
        self._transaction.write(update_event(changed, None), values)

    def _join_waitlist(self, values: Mapping[str, Any]) -> None:
        lock_account(self._transaction, values["attendee"])
        self._transaction.write(JOIN_WAITLIST, values)

    def _promote(self, values: Mapping[str, Any]) -> None:
        self._transaction.write(LEAVE_WAITLISTS, values)
        seat = {"event_id": values["event_id"], "registered_at": values["registered_at"]}
        seats = [{**seat, "user_id": user_id} for user_id in values["promoted"]]
        insert_rows(self._transaction, attendances, seats)

    def _add_messages(self, event: EventSeats) -> None:
        self._outbox.add_all(messages_of(event), event.id)
        event.messages.clear()
