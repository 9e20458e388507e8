"""The statements that write events and seats, each made once."""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Insert,
    Table,
    Update,
    Uuid,
    bindparam,
    delete,
    exists,
    insert,
    select,
    text,
    update,
)

from adapters.persistence.event_conditions import EVENT_ID
from adapters.persistence.tables import attendances, events, users
from domain.events.event import Seat

ATTENDEE = bindparam("attendee", type_=Uuid)
REGISTERED_AT = bindparam("registered_at", type_=DateTime(timezone=True))

# Two statements in one round trip, to hold the lock for one less. One statement alone would show
# the seat as it was before the wait for the lock (PostgreSQL manual, section 13.2.1).
_columns = ", ".join(map(str, events.c))
LOCK_AND_LOAD = (
    text(f"""
    SELECT FROM events WHERE id = :event_id FOR UPDATE;
    SELECT {_columns}, registered_at FROM events
    LEFT JOIN attendances ON attendances.event_id = events.id AND attendances.user_id = :attendee
    WHERE events.id = :event_id
    """)  # noqa: S608  # only names of columns are put in
    .bindparams(EVENT_ID, ATTENDEE)
    .columns(*events.c, attendances.c.registered_at)
)


class SeatChange(Enum):
    """What happens to the one seat that the event carries."""

    TAKEN = auto()
    GIVEN_BACK = auto()

    @classmethod
    def between(cls, before: Seat, after: Seat) -> "SeatChange | None":
        if before == after:
            return None
        return cls.TAKEN if after.is_taken else cls.GIVEN_BACK


def _insert_for(
    person_id: ColumnElement[UUID], table: Table, row: Mapping[str, ColumnElement[Any]]
) -> Insert:
    """Insert a row of a person's, unless their account is being deleted or gone."""
    account = (
        select(*row.values())
        .select_from(users)
        .where(users.c.id == person_id, users.c.username.is_not(None))
        .with_for_update(key_share=True, read=True)
    )
    return insert(table).from_select(list(row), account)


_new_event = {column.name: bindparam(column.name, type_=column.type) for column in events.c}
ADD_EVENT = _insert_for(_new_event["creator_id"], events, _new_event)

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


@cache  # some dozen sets of columns at most
def saving(changed: frozenset[str], change: SeatChange | None) -> Update:
    """Write the seat and the event in one round trip. Updates no row where no seat was written."""
    statement = (
        update(events)
        .where(events.c.id == EVENT_ID)
        .values({name: bindparam(f"new_{name}", type_=events.c[name].type) for name in changed})
    )
    if change is None:
        return statement
    seat = (_take if change is SeatChange.TAKEN else _give_back).cte("seat")
    return statement.where(exists(select(seat.c.event_id)))
