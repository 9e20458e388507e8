from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.citus.insert_rows import insert_rows
from adapters.postgres.citus.turns import REMINDER_TURN
from adapters.postgres.events.mappers import event_from_row
from adapters.postgres.events.writes import EVENT
from adapters.postgres.mails.reminders import IS_DUE, PostgresReminders
from adapters.postgres.pages import LIMIT
from adapters.postgres.schema.tables import events, reminders
from adapters.postgres.sql import compile_sql
from domain.events.event import Event

DUE = compile_sql(EVENT.where(IS_DUE).order_by(events.c.start_time, events.c.id).limit(LIMIT))


class CitusReminders(PostgresReminders):
    def take_due(
        self, starts_after: datetime, starts_until: datetime, limit: int
    ) -> Sequence[Event]:
        values = {"starts_after": starts_after, "starts_until": starts_until, "limit": limit}
        due = self._transaction.rows(DUE, values, lock=REMINDER_TURN)
        if due:
            taken = [{"event_id": row.id, "start_time": row.start_time} for row in due]
            insert_rows(self._transaction, reminders, taken)
        return [event_from_row(row, row.creator_id, None) for row in due]
