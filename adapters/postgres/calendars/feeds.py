from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.schema.tables import calendar_feeds
from adapters.postgres.sql import USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.calendar_feeds import CalendarFeeds
from domain.calendars.feed import CalendarFeed

_new = insert(calendar_feeds)
PUT = compile_sql(
    _new.on_conflict_do_update(
        index_elements=[calendar_feeds.c.user_id],
        set_={
            "secret_hash": _new.excluded.secret_hash,
            "created_at": _new.excluded.created_at,
        },
    )
)
REMOVE_FEED = compile_sql(delete(calendar_feeds).where(calendar_feeds.c.user_id == USER_ID))


class PostgresCalendarFeeds(CalendarFeeds):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, feed: CalendarFeed) -> None:
        self._transaction.write(PUT, asdict(feed))

    def remove(self, user_id: UUID) -> None:
        self._transaction.write(REMOVE_FEED, {"user_id": user_id})
