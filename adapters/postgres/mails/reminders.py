from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, and_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.events.filters import has_state
from adapters.postgres.events.mappers import event_from_row
from adapters.postgres.events.writes import EVENT
from adapters.postgres.pages import LIMIT
from adapters.postgres.schema.tables import events, reminders
from adapters.postgres.sql import compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.reminders import Reminders
from domain.events.event import Event
from domain.events.state import EventState

INSTANT = DateTime(timezone=True)
IS_DUE = and_(
    has_state(EventState.PUBLISHED),
    events.c.start_time > bindparam("starts_after", type_=INSTANT),
    events.c.start_time <= bindparam("starts_until", type_=INSTANT),
    ~exists().where(
        reminders.c.event_id == events.c.id, reminders.c.start_time == events.c.start_time
    ),
)
_due = (
    select(events.c.id, events.c.start_time)
    .where(IS_DUE)
    .order_by(events.c.start_time)
    .limit(LIMIT)
    .subquery("due")
)
_new = (
    insert(reminders)
    # The foreign key locks the events: in order of id, as elsewhere, to prevent deadlocks.
    .from_select(["event_id", "start_time"], select(_due).order_by(_due.c.id))
    .on_conflict_do_nothing()
    .returning(reminders.c.event_id)
    .cte("new")
)
# One statement: an event that is moved meanwhile is returned as it was.
TAKE_DUE = compile_sql(
    EVENT.join(_new, _new.c.event_id == events.c.id).order_by(events.c.start_time, events.c.id)
)


class PostgresReminders(Reminders):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def take_due(
        self, starts_after: datetime, starts_until: datetime, limit: int
    ) -> Sequence[Event]:
        values = {"starts_after": starts_after, "starts_until": starts_until, "limit": limit}
        rows = self._transaction.rows(TAKE_DUE, values)
        return [event_from_row(row, row.creator_id, None) for row in rows]
