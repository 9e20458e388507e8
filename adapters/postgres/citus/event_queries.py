"""Lists query all shards; each sorts and limits its own events. Other reads query one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import psycopg2
from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.citus.accounts import find_id, usernames_of
from adapters.postgres.connection import Row
from adapters.postgres.events.filters import (
    IS_ACCESSIBLE,
    VIEWER,
    Lookups,
    StatementKey,
    filter_values,
    has_state,
    indexed_filters,
    is_attending,
    residual_filters,
    visible_events,
)
from adapters.postgres.events.ordering import after_cursor, is_indexed_order, ordering
from adapters.postgres.events.queries import (
    PostgresEventQueries,
    event_view,
)
from adapters.postgres.events.statements import (
    CACHED_STATEMENTS,
    is_served_by_index,
    select_attendees,
    select_waitlist,
)
from adapters.postgres.pages import LIMIT, OFFSET, page_of, page_values
from adapters.postgres.schema.tables import attendances, events, waitlist_entries
from adapters.postgres.sql import EVENT_ID, NOW, columns_of, compile_sql
from application.caller import Caller
from application.errors import Unavailable
from application.pages import Page, PageRequest
from application.ports.event_queries import (
    EventCriteria,
    EventView,
    TooManyMatches,
)
from domain.events.state import EventState

# A separate statement reads it: as a subquery, Citus refuses it in some combinations of filters.
CREATOR_ID = bindparam("creator_id", type_=Uuid)


def _is_waiting(source: FromClause) -> ColumnElement[bool]:
    # The function events_waited_for is not on the workers.
    entry = and_(waitlist_entries.c.event_id == source.c.id, waitlist_entries.c.user_id == VIEWER)
    is_running = and_(has_state(EventState.PUBLISHED, source), source.c.start_time > NOW)
    return and_(is_running, exists().where(entry))


def _is_created_by(source: FromClause) -> ColumnElement[bool]:
    is_creator: ColumnElement[bool] = source.c.creator_id == CREATOR_ID
    return is_creator


# `is_attending` is not joined: with filters that contradict each other, Citus refuses the join.
LOOKUPS = Lookups(_is_waiting, _is_created_by, is_attending)


def _is_attending(event_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    seat = select(true()).where(attendances.c.event_id == event_id, attendances.c.user_id == VIEWER)
    return func.coalesce(seat.scalar_subquery(), false())


def _waitlist_position(event_id: ColumnElement[UUID]) -> ColumnElement[int]:
    own, counted = waitlist_entries.alias("own"), waitlist_entries.alias("counted")
    position = (
        select(func.nullif(func.count(), literal_column("0")))
        .select_from(own.join(counted, counted.c.event_id == own.c.event_id))
        .where(
            own.c.event_id == event_id,
            own.c.user_id == VIEWER,
            counted.c.number <= own.c.number,
        )
    )
    has_entries = events.c.waitlist_count > literal_column("0")
    return case((has_entries, position.scalar_subquery()))


def _event_views(event_id: ColumnElement[UUID]) -> Select[Any]:
    return select(
        *columns_of(EventView, events),
        _is_attending(event_id).label("is_attending"),
        _waitlist_position(event_id).label("waitlist_position"),
        events.c.creator_id,
    )


# The parameter, not events.id: otherwise Citus would query all shards.
DETAIL = compile_sql(_event_views(EVENT_ID).where(events.c.id == EVENT_ID, IS_ACCESSIBLE))


def _matches(key: StatementKey) -> Iterator[ColumnElement[bool]]:
    yield from indexed_filters(key, lookups=LOOKUPS)
    yield from residual_filters(key, lookups=LOOKUPS)
    yield from visible_events(key, lookups=LOOKUPS)


@lru_cache(CACHED_STATEMENTS)
def _page_of_events(key: StatementKey, *, is_after: bool) -> str:
    cursor = [after_cursor(key.sort)] if is_after else []
    page = _event_views(events.c.id).where(*_matches(key), *cursor)
    return compile_sql(page.order_by(*ordering(events, key.sort)).limit(LIMIT).offset(OFFSET))


@lru_cache(CACHED_STATEMENTS)
def _count_of(key: StatementKey) -> str:
    return compile_sql(
        select(func.count().label("total")).select_from(events).where(*_matches(key))
    )


@lru_cache(CACHED_STATEMENTS)
def _candidates(key: StatementKey) -> str:
    """The number of events that meet the indexed filters, up to a limit."""
    found = select(events.c.id).where(*indexed_filters(key, lookups=LOOKUPS)).limit(LIMIT)
    return compile_sql(select(func.count().label("total")).select_from(found.subquery("found")))


@cache
def _page_of_attendees(*, is_after: bool) -> str:
    return compile_sql(select_attendees(is_after=is_after))


@cache
def _page_of_waitlist(*, is_after: bool) -> str:
    return compile_sql(select_waitlist(is_after=is_after))


class CitusEventQueries(PostgresEventQueries):
    """Names are read by a second statement: users are on other workers than events."""

    detail = DETAIL
    page_of_attendees = staticmethod(_page_of_attendees)
    page_of_waitlist = staticmethod(_page_of_waitlist)

    def find(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller, now: datetime
    ) -> Page[EventView]:
        key, is_after = StatementKey.of(criteria), page_request.after is not None
        values = filter_values(criteria, caller.user_id, now) | page_values(page_request)
        if criteria.creator is not None:
            values["creator_id"] = find_id(self._reader, criteria.creator)
        with _timeouts_as_too_many_matches(key):
            self._require_sortable(key, values, caller)
            rows = self._reader.rows(_page_of_events(key, is_after=is_after), values, caller)
            count = None
            if page_request.is_counted:
                count = self._reader.rows(_count_of(key), values)[0].total
        return page_of(self._views(rows, now), page_request, count, criteria.sort.cursor_of)

    def _require_sortable(
        self, key: StatementKey, values: Mapping[str, Any], caller: Caller
    ) -> None:
        """Raises TooManyMatches."""
        if is_indexed_order(key.sort) or is_served_by_index(key):
            return
        values = {**values, "limit": self._max_sorted + 1}
        if self._reader.rows(_candidates(key), values, caller)[0].total > self._max_sorted:
            raise TooManyMatches

    def _views(self, rows: Sequence[Row], now: datetime) -> Sequence[EventView]:
        names = usernames_of(self._reader, [row.creator_id for row in rows])
        return [event_view(row, names[row.creator_id], now) for row in rows]

    def _usernames(self, rows: Sequence[Row]) -> Mapping[UUID, str | None]:
        return usernames_of(self._reader, [row.id for row in rows])


@contextmanager
def _timeouts_as_too_many_matches(key: StatementKey) -> Iterator[None]:
    """If no index has the list in order, the statement timeout bounds what it reads."""
    try:
        yield
    except Unavailable as error:
        is_timeout = isinstance(error.__cause__, psycopg2.errors.QueryCanceled)
        if is_timeout and not is_served_by_index(key):
            raise TooManyMatches from error
        raise
