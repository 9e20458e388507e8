"""The statements that write events, seats and waitlists."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Insert,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.events.filters import IS_DRAFT, has_state
from adapters.postgres.outbox import insert_messages
from adapters.postgres.pages import LIMIT
from adapters.postgres.schema import event_terms
from adapters.postgres.schema.tables import attendances, events, users, waitlist_entries
from adapters.postgres.sql import EVENT_ID, NOW, columns_of, compile_sql, update_values
from domain.events.event import EventSeats, Seat
from domain.events.schedule import Schedule
from domain.events.state import EventState
from domain.events.waitlist import WaitlistEntry

Values: TypeAlias = Mapping[str, BindParameter[Any]]

ATTENDEE = bindparam("attendee", type_=Uuid)
MAX_UPCOMING = bindparam("max_upcoming", type_=Integer)
REGISTERED_AT = bindparam("registered_at", type_=DateTime(timezone=True))
NUMBER = bindparam("number", type_=BigInteger)
JOINED_AT = bindparam("joined_at", type_=DateTime(timezone=True))
PROMOTED = bindparam("promoted", type_=ARRAY(Uuid))


def seat_at(event_id: ColumnElement[UUID]) -> ColumnElement[datetime]:
    return (
        select(attendances.c.registered_at)
        .where(attendances.c.event_id == event_id, attendances.c.user_id == ATTENDEE)
        .label("registered_at")
    )


_event = events.c.id == EVENT_ID
LOCK = compile_sql(select().select_from(events).where(_event).with_for_update())
LOAD = compile_sql(select(events, seat_at(EVENT_ID)).where(_event))
EVENT = select(events, null().label("registered_at"))
FIND = compile_sql(EVENT.where(_event))
LOAD_SEATS = compile_sql(
    select(
        *columns_of(EventSeats, events),
        *columns_of(Schedule, events),
        events.c.registration_opens_at,
        events.c.registration_closes_at,
        seat_at(EVENT_ID),
    ).where(_event)
)
IS_OWN_EVENT = and_(events.c.creator_id == ATTENDEE, ~has_state(EventState.CANCELLED))
IS_OPEN = or_(IS_DRAFT, events.c.start_time > NOW)
_event_ids = union(
    select(events.c.id).where(IS_OWN_EVENT),
    select(attendances.c.event_id).where(attendances.c.user_id == ATTENDEE),
    select(waitlist_entries.c.event_id).where(waitlist_entries.c.user_id == ATTENDEE),
)
IS_AFFECTED_BY_DELETION = and_(events.c.id.in_(_event_ids), IS_OPEN)
# Locked in order of id, so that two transactions cannot deadlock.
LOCK_AFFECTED_BY_DELETION = compile_sql(
    select(events, seat_at(events.c.id))
    .where(IS_AFFECTED_BY_DELETION)
    .order_by(events.c.id)
    .limit(LIMIT)
    .with_for_update(of=events)
)


class SeatChange(Enum):
    """How the seat of an event changed."""

    TAKEN = auto()
    GIVEN_BACK = auto()

    @classmethod
    def between(cls, before: Seat, after: Seat) -> "SeatChange | None":
        if before == after:
            return None
        return cls.TAKEN if after.is_taken else cls.GIVEN_BACK


def _insert_for(
    user_id: BindParameter[UUID], table: Table, row: Values, *conditions: ColumnElement[bool]
) -> Insert:
    """Insert a row that references a user, and lock the account against deletion.

    The id is looked up: it is NULL if the account is deleted, and PostgreSQL rejects the row.
    """
    account = (
        select(users.c.id)
        .where(users.c.id == user_id, users.c.username.is_not(None))
        .with_for_update(key_share=True, read=True)
        .scalar_subquery()
    )
    values = [account if value is user_id else value for value in row.values()]
    return insert(table).from_select(list(row), select(*values).where(*conditions))


NEW_EVENT = {column.name: bindparam(column.name, type_=column.type) for column in events.c}
_upcoming = (
    select(literal_column("1"))
    .select_from(_others := events.alias("others"))
    .where(
        _others.c.creator_id == NEW_EVENT["creator_id"],
        _others.c.start_time > NEW_EVENT["created_at"],
    )
    # Stop counting at the maximum.
    .limit(MAX_UPCOMING)
    .subquery("upcoming")
)
UPCOMING = select(func.count().label("count")).select_from(_upcoming)
_added = (
    _insert_for(
        NEW_EVENT["creator_id"],
        events,
        NEW_EVENT,
        UPCOMING.scalar_subquery() < MAX_UPCOMING,
    )
    .returning(events.c.id, events.c.creator_id)
    .cte("added")
)
# Inserts the event with its search terms and messages. Returns no row if the creator has too many
# upcoming events.
ADD_EVENT = compile_sql(
    select(users.c.username.label("creator_name"))
    .join(_added, _added.c.creator_id == users.c.id)
    .add_cte(
        event_terms.insert_terms(_added.c.id, bindparam("terms", type_=Text)).cte("terms"),
        insert_messages(exists(select(_added.c.id))).cte("messages"),
    )
)
SET_TERMS = compile_sql(event_terms.SET_TERMS)
REMOVE_EVENT = compile_sql(delete(events).where(events.c.id == EVENT_ID))

NEW_SEAT = {"event_id": EVENT_ID, "user_id": ATTENDEE, "registered_at": REGISTERED_AT}
_take = _insert_for(ATTENDEE, attendances, NEW_SEAT)
GIVE_BACK = delete(attendances).where(
    attendances.c.event_id == EVENT_ID, attendances.c.user_id == ATTENDEE
)


@cache  # a few dozen sets of columns at most
def update_event(changed: frozenset[str], change: SeatChange | None) -> str:
    """Update the event and its seat in one statement."""
    statement = update_values(events, changed).where(events.c.id == EVENT_ID)
    if change is None:
        return compile_sql(statement)
    change_seat = _take if change is SeatChange.TAKEN else GIVE_BACK
    seat = change_seat.returning(attendances.c.event_id).cte("seat")
    return compile_sql(statement.where(exists(select(seat.c.event_id))))


NEW_ENTRY = {
    "event_id": EVENT_ID,
    "user_id": ATTENDEE,
    "number": NUMBER,
    "joined_at": JOINED_AT,
}
JOIN_WAITLIST = compile_sql(_insert_for(ATTENDEE, waitlist_entries, NEW_ENTRY))
LEAVE_WAITLIST = compile_sql(
    delete(waitlist_entries).where(
        waitlist_entries.c.event_id == EVENT_ID, waitlist_entries.c.user_id == ATTENDEE
    )
)
LEAVE_WAITLIST_TO_ATTEND = delete(waitlist_entries).where(
    waitlist_entries.c.event_id == EVENT_ID, waitlist_entries.c.user_id == any_(PROMOTED)
)
_promoted = LEAVE_WAITLIST_TO_ATTEND.returning(
    waitlist_entries.c.event_id, waitlist_entries.c.user_id
).cte("promoted")
PROMOTE = compile_sql(
    insert(attendances).from_select(
        ["event_id", "user_id", "registered_at"], select(*_promoted.c, REGISTERED_AT)
    )
)
# A separate statement, sent only if the event has a waitlist. A subquery of LOAD would be planned
# for every event, which took 70 µs of the 1,000 µs of attending.
WAITLIST_ENTRIES = compile_sql(
    select(waitlist_entries).where(
        waitlist_entries.c.event_id == any_(bindparam("event_ids", type_=ARRAY(Uuid))),
        waitlist_entries.c.user_id == ATTENDEE,
    )
)
# Waits for uncommitted deletions of these accounts, then skips their entries. LIMIT counts the
# entries that remain.
NEXT_IN_LINE = compile_sql(
    select(*columns_of(WaitlistEntry, waitlist_entries))
    .join(users, users.c.id == waitlist_entries.c.user_id)
    .where(waitlist_entries.c.event_id == EVENT_ID, users.c.username.is_not(None))
    .order_by(waitlist_entries.c.number)
    .limit(LIMIT)
    .with_for_update(key_share=True, read=True, of=users)
)
WAITLIST_POSITION = compile_sql(
    select(func.count().label("position")).where(
        waitlist_entries.c.event_id == EVENT_ID, waitlist_entries.c.number <= NUMBER
    )
)
