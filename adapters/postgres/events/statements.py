"""The statements that read events, compiled once per StatementKey."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.events.filters import (
    IS_ACCESSIBLE,
    IS_HIDDEN,
    VIEWER,
    StatementKey,
    indexed_filters,
    is_attending,
    may_match_hidden_events,
    residual_filters,
    visible_events,
)
from adapters.postgres.events.ordering import after_cursor, is_indexed_order, ordering
from adapters.postgres.events.search import MATCHES
from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT, AFTER_NUMBER, LIMIT, OFFSET
from adapters.postgres.schema.tables import (
    attendances,
    event_terms,
    events,
    users,
    waitlist_entries,
)
from adapters.postgres.sql import EVENT_ID, columns_of, compile_sql
from application.pages import PageRequest
from application.ports.event_queries import EventView

# LRU size. There are some 2.7 million keys; compiling a statement takes up to 15 ms.
CACHED_STATEMENTS = 512
# Columns that no filter or order of a list uses.
UNFILTERED = {
    *("description", "location", "timezone", "cancellation_reason", "attendees_visible_to"),
    *("updated_at", "published_at", "cancelled_at", "revision"),
    *("waitlist_enabled", "last_waitlist_number"),
}
NEEDED = bindparam("needed", type_=Integer)
SCANNED = bindparam("scanned", type_=Integer)
FEW = bindparam("few", type_=Integer)
CANDIDATES = bindparam("candidates", type_=Integer)


def _event_views(source: FromClause) -> Select[Any]:
    """The events of `source` with the creator's name, and whether the viewer attends or waits.

    Correlated subqueries use an index per row. With joins, the planner may read everything that
    the viewer attends, or all users.
    """
    username = select(users.c.username).where(users.c.id == source.c.creator_id)
    return select(
        *columns_of(EventView, source),
        is_attending(source).label("is_attending"),
        _waitlist_position(source).label("waitlist_position"),
        source.c.creator_id,
        username.label("creator_name"),
    )


def _waitlist_position(source: FromClause) -> ColumnElement[int]:
    """NULL unless the viewer waits. Only events with waitlist entries call the function."""
    has_entries = source.c.waitlist_count > literal_column("0")
    return case((has_entries, func.waitlist_position(source.c.id, VIEWER)))


DETAIL = compile_sql(_event_views(events).where(events.c.id == EVENT_ID, IS_ACCESSIBLE))


def _count(key: StatementKey) -> Select[Any]:
    """All matches minus the hidden ones: indexes count both, without reading the events."""
    conditions = [*indexed_filters(key), *residual_filters(key)]
    matches = select(func.count()).select_from(events).where(*conditions)
    if key.has_search and len(conditions) == 1:
        # A join would take twice as long.
        matches = select(func.count()).where(MATCHES)
    total: ColumnElement[int] = matches.scalar_subquery()
    if may_match_hidden_events(key):
        hidden = select(func.count()).select_from(events).where(*conditions, IS_HIDDEN)
        total -= hidden.scalar_subquery()
    return select(total.label("total"))


@lru_cache(CACHED_STATEMENTS)
def count_of(key: StatementKey) -> str:
    return compile_sql(_count(key))


@lru_cache(CACHED_STATEMENTS)
def page_of_events(key: StatementKey, *, is_after: bool, is_counted: bool) -> str:
    """A page, selected before looking up names and seats; with the total if `is_counted`.

    If it would have to read too many events, the result is one row whose id is NULL.
    """
    if is_served_by_index(key):
        cursor = [after_cursor(key.sort)] if is_after else []
        selected = (
            select(events)
            .where(*indexed_filters(key), *residual_filters(key), *visible_events(key), *cursor)
            .order_by(*ordering(events, key.sort))
            .limit(LIMIT)
            .offset(OFFSET)
            .subquery("selected")
        )
        page = _event_views(selected)
    else:
        matches, is_rejected = _bounded_matches(key, is_after=is_after)
        ids = (
            select(matches.c.id)
            .order_by(*ordering(matches, key.sort))
            .limit(LIMIT)
            .offset(OFFSET)
            .subquery("ids")
        )
        selected = select(events).join(ids, ids.c.id == events.c.id).subquery("selected")
        outcome = select(is_rejected.label("is_rejected")).subquery("outcome")
        page = (
            _event_views(selected)
            .select_from(outcome.outerjoin(selected, true()))
            .where(or_(selected.c.id.is_not(None), outcome.c.is_rejected))
        )
    page = page.order_by(*ordering(selected, key.sort))
    if is_counted:
        is_row = selected.c.id.is_not(None)
        page = page.add_columns(case((is_row, _count(key).scalar_subquery())).label("total"))
    return compile_sql(page)


def bounds(page_request: PageRequest, key: StatementKey, max_sorted: int) -> dict[str, int]:
    """The bind parameters of `_bounded_matches`."""
    needed = page_request.offset + page_request.limit + 1
    matches = max_sorted // 4 if key.has_search else max_sorted
    # A search also reads the terms of each, in the second and third way.
    candidates = matches // 2 if key.has_search and not _is_by_start(key) else matches
    # One more than allowed, to notice if there are too many.
    return {
        "needed": needed,
        "few": matches + 1,
        "scanned": candidates + needed,
        "candidates": candidates + 1,
    }


def is_served_by_index(key: StatementKey) -> bool:
    """Whether an index has the matches in order, or finds the few events of the viewer."""
    if not may_match_hidden_events(key):
        return True
    conditions = [*residual_filters(key)]
    if not _is_by_start(key):
        conditions += indexed_filters(key)
    return is_indexed_order(key.sort) and not conditions


def _is_by_start(key: StatementKey) -> bool:
    """The indexes in this order also have the indexed filters."""
    return key.sort.field == "start_time"


def _bounded_matches(
    key: StatementKey, *, is_after: bool
) -> tuple[FromClause, ColumnElement[bool]]:
    """Matching events, unordered, enough for the page; and whether that takes too many reads.

    The first of three ways that works finds them:

    1. All matches of the search, by its index, if they are few.
    2. The matches among the first events in order, if they fill the page. Without a bound, the
       planner would continue the scan, possibly to the end.
    3. The matches among all events that meet the indexed filters, if those are few. In order of
       start time, this would repeat the second way: the indexes have the filters, too.

    For one creator's events, only the last way is used.
    """
    by_id = events.alias("by_id")
    cursor = [after_cursor(key.sort, by_id)] if is_after else []
    ways = []
    is_found: ColumnElement[bool] = false()
    if key.has_search and not key.has_creator:
        few = select(event_terms.c.event_id.label("id")).where(MATCHES).limit(FEW).cte("few")
        is_found = _size(few) < FEW
        others = residual_filters(replace(key, has_search=False), by_id)
        filters = [*indexed_filters(key, by_id), *others, *visible_events(key, by_id), *cursor]
        ways.append(_looked_up(few, by_id, filters).where(is_found))
    if _is_by_start(key) or (is_indexed_order(key.sort) and not key.has_creator):
        first, is_enough = _first_in_order(key, is_after=is_after)
        # CASE does not evaluate what it skips, so the scan does not run.
        ways.append(select(first).where(case((is_found, false()), else_=is_enough)))
        is_found = case((is_found, true()), else_=is_enough)
    if not _is_by_start(key):
        candidates = (
            select(events.c.id)
            .where(*indexed_filters(key))
            # The indexes with the filters are in this order. Without it, the planner may read the
            # table from its start: all past events before the first upcoming one.
            .order_by(events.c.start_time, events.c.id)
            .limit(CANDIDATES)
            .cte("candidates")
        )
        are_few = _size(candidates) < CANDIDATES
        filters = [*residual_filters(key, by_id), *visible_events(key, by_id), *cursor]
        is_last_way = case((is_found, false()), else_=are_few)
        ways.append(_looked_up(candidates, by_id, filters).where(is_last_way))
        is_found = case((is_found, true()), else_=are_few)
    return union_all(*ways).subquery("matches"), not_(is_found)


def _first_in_order(key: StatementKey, *, is_after: bool) -> tuple[FromClause, ColumnElement[bool]]:
    """The matches among the first events in order, and whether they fill the page."""
    cursor = [after_cursor(key.sort)] if is_after else []
    scanned = (
        select(*_sorted_columns(events))
        .where(*(indexed_filters(key) if _is_by_start(key) else ()), *cursor)
        .order_by(*ordering(events, key.sort))
        .limit(SCANNED)
        .cte("scanned")
    )
    filters = [*residual_filters(key, scanned)]
    filters += () if _is_by_start(key) else indexed_filters(key, scanned)
    filters += visible_events(key, scanned)
    # In scan order; stops after NEEDED rows.
    first = select(scanned).where(*filters).limit(NEEDED).cte("first")
    return first, or_(_size(first) >= NEEDED, _size(scanned) < SCANNED)


def _looked_up(
    ids: FromClause, by_id: FromClause, filters: Iterable[ColumnElement[bool]]
) -> Select[Any]:
    """The events with these ids that meet the filters."""
    row = (
        select(*_sorted_columns(by_id))
        .where(by_id.c.id == ids.c.id, *filters)
        # OFFSET 0 is an optimization fence: with a join, the planner may read all events.
        .offset(literal_column("0"))
        .lateral("row")
    )
    return select(row).select_from(ids.join(row, true()))


def _sorted_columns(source: FromClause) -> list[ColumnElement[Any]]:
    """Those that filters and orders need. More would not fit into work_mem."""
    return [column for column in source.c if column.name not in UNFILTERED]


def _size(source: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(source).scalar_subquery()


def select_attendees(*, is_after: bool) -> Select[Any]:
    """A page of attendees without their names."""
    sort_key = (attendances.c.registered_at, attendances.c.user_id)
    return (
        select(attendances.c.user_id.label("id"), attendances.c.registered_at)
        .where(
            attendances.c.event_id == EVENT_ID,
            *([tuple_(*sort_key) > tuple_(AFTER_INSTANT, AFTER_ID)] if is_after else []),
        )
        .order_by(*sort_key)
        .limit(LIMIT)
        .offset(OFFSET)
    )


@cache
def page_of_attendees(*, is_after: bool) -> str:
    page = select_attendees(is_after=is_after).add_columns(users.c.username)
    return compile_sql(page.join(users, users.c.id == attendances.c.user_id))


def select_waitlist(*, is_after: bool) -> Select[Any]:
    """A page of waitlist entries without names."""
    entries = waitlist_entries
    is_listed = entries.c.event_id == EVENT_ID
    position: ColumnElement[int] = func.row_number().over(order_by=entries.c.number)
    cursor = []
    if is_after:
        cursor = [entries.c.number > AFTER_NUMBER]
        before = select(func.count()).where(is_listed, entries.c.number <= AFTER_NUMBER)
        position += before.scalar_subquery()
    return (
        select(
            entries.c.user_id.label("id"),
            entries.c.number,
            entries.c.joined_at,
            position.label("position"),
        )
        .where(is_listed, *cursor)
        .order_by(entries.c.number)
        .limit(LIMIT)
        .offset(OFFSET)
    )


@cache
def page_of_waitlist(*, is_after: bool) -> str:
    """Names are looked up after the page is selected."""
    selected = select_waitlist(is_after=is_after).subquery("selected")
    return compile_sql(
        select(*selected.c, users.c.username)
        .join_from(selected, users, users.c.id == selected.c.id)
        .order_by(selected.c.number)
    )
