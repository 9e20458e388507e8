"""The statements that read events, compiled once per StatementKey."""

from collections.abc import Sequence
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
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.events.filters import (
    IS_ACCESSIBLE,
    IS_HIDDEN,
    StatementKey,
    has_seat,
    indexed_filters,
    may_match_hidden_events,
    residual_filters,
    visible_events,
)
from adapters.postgres.events.ordering import after_cursor, is_indexed_order, ordering
from adapters.postgres.events.search import MATCHES
from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT, LIMIT, OFFSET
from adapters.postgres.schema.tables import attendances, event_terms, events, users
from adapters.postgres.sql import EVENT_ID, columns_of, compile_sql
from application.pages import PageRequest
from application.ports.event_queries import EventView

# LRU size. There are some 900,000 keys; compiling a statement takes up to 15 ms.
CACHED_STATEMENTS = 512
# Rows to scan for each row needed, and at most: a few milliseconds.
SCAN_FACTOR, SCAN_MAX = 200, 4000
# Always true, but parallel-restricted. Without it, the planner may put the condition that decides
# whether a branch runs below a Gather node, and start workers first.
IN_LEADER = func.pg_backend_pid() > literal_column("0")
# A search with fewer matches reads and sorts them without such a scan, in about 20 ms.
FEW_MATCHES = 5000
NEEDED = bindparam("needed", type_=Integer)
SCANNED = bindparam("scanned", type_=Integer)
FEW = bindparam("few", type_=Integer)


def _event_views(source: FromClause) -> Select[Any]:
    """The events of `source` with the creator's name and whether the viewer attends."""
    # Looked up for each event. With a join, the planner may read all users.
    username = select(users.c.username).where(users.c.id == source.c.creator_id)
    return select(
        *columns_of(EventView, source),
        has_seat(source).label("is_attending"),
        source.c.creator_id,
        username.label("creator_name"),
    )


DETAIL = compile_sql(_event_views(events).where(events.c.id == EVENT_ID, IS_ACCESSIBLE))


def _count(key: StatementKey) -> Select[Any]:
    """All matches without the hidden ones: indexes count both, without reading the events."""
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
    """A page, selected before looking up names and seats; with the total if `is_counted`."""
    source = _matching_events(key, is_after=is_after)
    selected = (
        source.order_by(*ordering(source.get_final_froms()[0], key.sort))
        .limit(LIMIT)
        .offset(OFFSET)
        .subquery("selected")
    )
    page = _event_views(selected).order_by(*ordering(selected, key.sort))
    return compile_sql(page.add_columns(_count(key).label("total")) if is_counted else page)


def scan_values(page_request: PageRequest) -> dict[str, Any]:
    """The bind parameters of `_few_or_others` and `_scan_or_all`."""
    needed = page_request.offset + page_request.limit + 1
    scanned = min(SCAN_FACTOR * needed, SCAN_MAX)
    return {"needed": needed, "scanned": scanned, "few": FEW_MATCHES}


def _matching_events(key: StatementKey, *, is_after: bool) -> Select[Any]:
    """The matching events, unordered."""
    conditions = [
        *indexed_filters(key),
        *([after_cursor(key.sort)] if is_after else []),
    ]
    # One user has few events, which other indexes find.
    if key.has_search and not (key.has_creator or key.created or key.attending):
        return select(_few_or_others(key, conditions))
    if is_indexed_order(key.sort) and any(True for _ in residual_filters(key)):
        return select(union_all(*_scan_or_all(key, conditions)).subquery("matches"))
    return select(events).where(*conditions, *residual_filters(key), *visible_events(key))


def _few_or_others(key: StatementKey, conditions: Sequence[ColumnElement[bool]]) -> FromClause:
    """All matches of the search if there are few, found by the index; otherwise a scan."""
    few = select(event_terms.c.event_id).where(MATCHES).limit(FEW).cte("few")
    is_few = _size(few) < FEW
    few_matches = (
        select(events)
        .join(few, few.c.event_id == events.c.id)
        .where(
            *conditions,
            *residual_filters(replace(key, has_search=False)),
            *visible_events(key),
            is_few,
        )
    )
    if is_indexed_order(key.sort):
        others = _scan_or_all(key, conditions, is_few)
    else:
        others = [
            select(events).where(
                *conditions, *residual_filters(key), *visible_events(key), not_(is_few), IN_LEADER
            )
        ]
    return union_all(few_matches, *others).subquery("matches")


def _scan_or_all(
    key: StatementKey,
    conditions: Sequence[ColumnElement[bool]],
    is_skipped: ColumnElement[bool] = false(),  # noqa: B008  # immutable
) -> list[Select[Any]]:
    """The matches among the first rows in order, or all matches if those are too few for a page.

    If most events match, a short scan fills the page. If few do, all of them are read and sorted:
    the planner would continue the scan, possibly to the end.
    """
    scanned = (
        select(events)
        .where(*conditions)
        .order_by(*ordering(events, key.sort))
        .limit(SCANNED)
        .cte("scanned")
    )
    # In scan order; stops after NEEDED rows.
    filters = [*residual_filters(key, scanned), *visible_events(key, scanned)]
    first = select(scanned).where(*filters).limit(NEEDED).cte("first")
    # NULL if skipped: neither branch runs, and CASE does not run the scan.
    is_enough = case(
        (is_skipped, null()), else_=or_(_size(first) >= NEEDED, _size(scanned) < SCANNED)
    )
    all_matches = (
        select(events)
        .where(
            *conditions, *residual_filters(key), *visible_events(key), not_(is_enough), IN_LEADER
        )
        # OFFSET 0 is an optimization fence: plan for all rows, not for the first few in order.
        .offset(literal_column("0"))
    )
    return [select(first).where(is_enough), all_matches]


def _size(source: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(source).scalar_subquery()


@cache
def page_of_attendees(*, is_after: bool) -> str:
    sort_key = (attendances.c.registered_at, attendances.c.user_id)
    return compile_sql(
        select(users.c.id, users.c.username, attendances.c.registered_at)
        .join_from(attendances, users)
        .where(
            attendances.c.event_id == EVENT_ID,
            *([tuple_(*sort_key) > tuple_(AFTER_INSTANT, AFTER_ID)] if is_after else []),
        )
        .order_by(*sort_key)
        .limit(LIMIT)
        .offset(OFFSET)
    )
