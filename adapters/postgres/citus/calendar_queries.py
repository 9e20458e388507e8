from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from adapters.postgres.calendars.queries import (
    ENTRY_OF_FEED,
    IS_IN_FEEDS,
    SECRET_HASH,
    PostgresCalendarQueries,
    calendar_entry,
    latest,
)
from adapters.postgres.pages import LIMIT
from adapters.postgres.schema.tables import attendances, calendar_feeds, events, users
from adapters.postgres.sql import USER_ID, compile_sql
from application.ports.calendar_queries import CalendarEntry
from domain.calendars.errors import CalendarNotFound

FIND_OWNER = compile_sql(
    select(calendar_feeds.c.user_id)
    .join(users, users.c.id == calendar_feeds.c.user_id)
    .where(calendar_feeds.c.secret_hash == SECRET_HASH, users.c.username.is_not(None))
)
_attended = select(attendances.c.event_id).where(attendances.c.user_id == USER_ID)
LATEST_ENTRIES = [
    compile_sql(ENTRY_OF_FEED.where(IS_IN_FEEDS, condition).order_by(*latest(events)).limit(LIMIT))
    for condition in (events.c.creator_id == USER_ID, events.c.id.in_(_attended))
]


class CitusCalendarQueries(PostgresCalendarQueries):
    def entries(
        self, secret_hash: bytes, limit: int, length: int, cancelled_since: datetime
    ) -> Sequence[CalendarEntry]:
        owners = self._reader.rows(FIND_OWNER, {"secret_hash": secret_hash})
        if not owners:
            raise CalendarNotFound
        values = {
            "user_id": owners[0].user_id,
            "limit": limit,
            "length": length,
            "cancelled_since": cancelled_since,
        }
        rows = {row.id: row for sql in LATEST_ENTRIES for row in self._reader.rows(sql, values)}
        last_first = sorted(rows.values(), key=lambda row: (row.start_time, row.id), reverse=True)
        return [calendar_entry(row) for row in last_first[:limit]]
