"""The statements that write events and seats."""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    DateTime,
    Insert,
    Table,
    Uuid,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from adapters.postgres.schema.event_terms import WRITE_TERMS
from adapters.postgres.schema.tables import attendances, events, users
from adapters.postgres.sql import EVENT_ID, compile_sql
from domain.events.event import Seat

Values: TypeAlias = Mapping[str, BindParameter[Any]]

ATTENDEE = bindparam("attendee", type_=Uuid)
REGISTERED_AT = bindparam("registered_at", type_=DateTime(timezone=True))

_seat = select(attendances.c.registered_at).where(
    attendances.c.event_id == events.c.id, attendances.c.user_id == ATTENDEE
)
_event = events.c.id == EVENT_ID
LOCK = compile_sql(select().select_from(events).where(_event).with_for_update())
LOAD = compile_sql(select(events, _seat.label("registered_at")).where(_event))


class SeatChange(Enum):
    """How the seat of an event changed."""

    TAKEN = auto()
    GIVEN_BACK = auto()

    @classmethod
    def between(cls, before: Seat, after: Seat) -> "SeatChange | None":
        if before == after:
            return None
        return cls.TAKEN if after.is_taken else cls.GIVEN_BACK


def _insert_for(user_id: BindParameter[UUID], table: Table, row: Values) -> Insert:
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
    return insert(table).from_select(list(row), select(*values))


_new_event = {column.name: bindparam(column.name, type_=column.type) for column in events.c}
ADD_EVENT = compile_sql(_insert_for(_new_event["creator_id"], events, _new_event))
SET_TERMS = compile_sql(WRITE_TERMS)
REMOVE_EVENT = compile_sql(delete(events).where(events.c.id == EVENT_ID))

_take = _insert_for(
    ATTENDEE,
    attendances,
    {"event_id": EVENT_ID, "user_id": ATTENDEE, "registered_at": REGISTERED_AT},
).returning(attendances.c.event_id)
_give_back = (
    delete(attendances)
    .where(attendances.c.event_id == EVENT_ID, attendances.c.user_id == ATTENDEE)
    .returning(attendances.c.event_id)
)


@cache  # a few dozen sets of columns at most
def update_event(changed: frozenset[str], change: SeatChange | None) -> str:
    """Update the event and its seat in one statement."""
    statement = (
        update(events)
        .where(events.c.id == EVENT_ID)
        .values({name: bindparam(name, type_=events.c[name].type) for name in changed})
    )
    if change is None:
        return compile_sql(statement)
    seat = (_take if change is SeatChange.TAKEN else _give_back).cte("seat")
    return compile_sql(statement.where(exists(select(seat.c.event_id))))
