from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.connection import Row
from adapters.postgres.events.filters import IS_ACCESSIBLE, IS_DRAFT, has_state
from adapters.postgres.pages import LIMIT
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import attendances, calendar_feeds, events, users
from adapters.postgres.sql import EVENT_ID, USER_ID, columns_of, compile_sql
from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from domain.calendars.errors import CalendarNotFound
from domain.events.description import EventType
from domain.events.errors import EventNotFound
from domain.events.state import EventState

ELLIPSIS: ColumnElement[str] = literal_column("'…'")
LENGTH = bindparam("length", type_=Integer)
CANCELLED_SINCE = bindparam("cancelled_since", type_=DateTime(timezone=True))
SECRET_HASH = bindparam("secret_hash", type_=LargeBinary)


IS_IN_FEEDS = and_(
    ~IS_DRAFT,
    or_(~has_state(EventState.CANCELLED), events.c.end_time >= CANCELLED_SINCE),
)
_text = events.c.description
_short = case((func.length(_text) > LENGTH, func.left(_text, LENGTH).concat(ELLIPSIS)), else_=_text)
ENTRY_OF_FEED = select(
    *(column for column in columns_of(CalendarEntry, events) if column is not _text),
    _short.label("description"),
)


def latest(source: FromClause) -> tuple[ColumnElement[Any], ...]:
    return (source.c.start_time.desc(), source.c.id.desc())


def _entries() -> str:
    """No row for an unknown hash; one row of NULLs for an empty calendar.

    Events are selected by id and start time first; their texts are read only for the result.
    """
    keys = select(events.c.id, events.c.start_time).where(IS_IN_FEEDS)
    # Deleted accounts have no feed: during an upgrade the previous release may leave one behind.
    feeds = calendar_feeds.join(users, users.c.id == calendar_feeds.c.user_id)
    feed = and_(calendar_feeds.c.secret_hash == SECRET_HASH, users.c.username.is_not(None))
    owner = select(calendar_feeds.c.user_id).select_from(feeds).where(feed).scalar_subquery()
    organised = keys.where(events.c.creator_id == owner)
    attended = keys.join_from(attendances, events).where(attendances.c.user_id == owner)
    parts = [each.order_by(*latest(events)).limit(LIMIT) for each in (organised, attended)]
    merged = union(*parts).subquery("merged")
    selected = select(merged.c.id).order_by(*latest(merged)).limit(LIMIT).subquery("selected")
    entries = ENTRY_OF_FEED.join_from(selected, events, events.c.id == selected.c.id).subquery(
        "entries"
    )
    return compile_sql(
        select(entries)
        .select_from(feeds.outerjoin(entries, true()))
        .where(feed)
        .order_by(*latest(entries))
    )


ENTRY = compile_sql(
    select(*columns_of(CalendarEntry, events)).where(events.c.id == EVENT_ID, IS_ACCESSIBLE)
)
ENTRIES = _entries()
CREATED_AT = compile_sql(
    select(calendar_feeds.c.created_at).where(calendar_feeds.c.user_id == USER_ID)
)


class PostgresCalendarQueries(CalendarQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def entry(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        values = {"event_id": event_id, "viewer_id": caller.user_id}
        rows = self._reader.rows(ENTRY, values, caller)
        if not rows:
            raise EventNotFound(event_id)
        return calendar_entry(rows[0])

    def feed_created_at(self, caller: Caller) -> datetime | None:
        rows = self._reader.rows(CREATED_AT, {"user_id": caller.user_id}, caller)
        return rows[0].created_at if rows else None

    def entries(
        self, secret_hash: bytes, limit: int, length: int, cancelled_since: datetime
    ) -> Sequence[CalendarEntry]:
        values = {
            "secret_hash": secret_hash,
            "limit": limit,
            "length": length,
            "cancelled_since": cancelled_since,
        }
        rows = self._reader.rows(ENTRIES, values)
        if not rows:
            raise CalendarNotFound
        return [calendar_entry(row) for row in rows if row.id is not None]


def calendar_entry(row: Row) -> CalendarEntry:
    enums = {"type": EventType(row.type), "state": EventState(row.state)}
    return CalendarEntry(**row._asdict() | enums)
