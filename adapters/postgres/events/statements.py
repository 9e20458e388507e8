"""The statements that read events, each made once for every shape of criteria."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
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

from adapters.postgres.events.filters import VIEWER, StatementKey, indexed_filters, residual_filters
from adapters.postgres.events.ordering import after_cursor, is_indexed_order, ordering
from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT, LIMIT, OFFSET
from adapters.postgres.schema.tables import attendances, events, users
from adapters.postgres.schema.tsvector import text_of
from adapters.postgres.sql import EVENT_ID, columns_of, compile_sql
from application.pages import PageRequest
from application.ports.event_queries import EventView

# There are some 200,000 shapes; a statement takes up to 15 ms to make, and kilobytes.
CACHED_STATEMENTS = 512
# Rows to look at for each that is wanted, and at most: some milliseconds.
SCAN_FACTOR, SCAN_MAX = 50, 4000
# And characters, whose words are told without the index: some 60 ms.
CHARACTERS_MAX: ColumnElement[int] = literal_column("500000")
NEEDED = bindparam("wanted", type_=Integer)
SCANNED = bindparam("walked", type_=Integer)


def _seen(source: FromClause) -> Select[Any]:
    """The events of the source, each with its creator's name and whether the viewer has a seat.

    Both are looked up row by row, in two indexes: joined, the planner may read all that the viewer
    attends, or all people.
    """
    username = select(users.c.username).where(users.c.id == source.c.creator_id)
    seat = select(true()).where(
        attendances.c.event_id == source.c.id, attendances.c.user_id == VIEWER
    )
    return select(
        *columns_of(EventView, source),
        func.coalesce(seat.scalar_subquery(), false()).label("is_attending"),
        source.c.creator_id,
        username.label("creator_name"),
    )


DETAIL = compile_sql(_seen(events).where(events.c.id == EVENT_ID))


def _count(key: StatementKey) -> Select[Any]:
    total = func.count().label("total")
    return select(total).select_from(events).where(*indexed_filters(key), *residual_filters(key))


@lru_cache(CACHED_STATEMENTS)
def count_of(key: StatementKey) -> str:
    return compile_sql(_count(key))


@lru_cache(CACHED_STATEMENTS)
def page_of_events(key: StatementKey, *, is_after: bool, is_counted: bool) -> str:
    """A page, chosen before anything is looked up for its rows; the count in each if asked for."""
    source = _found(key, is_after=is_after)
    chosen = (
        source.order_by(*ordering(source.get_final_froms()[0], key.sort))
        .limit(LIMIT)
        .offset(OFFSET)
        .subquery("chosen")
    )
    page = _seen(chosen).order_by(*ordering(chosen, key.sort))
    return compile_sql(page.add_columns(_count(key).label("total")) if is_counted else page)


def scan_values(page_request: PageRequest) -> dict[str, Any]:
    """What a statement that walks leaves open."""
    wanted = page_request.offset + page_request.limit + 1
    return {"wanted": wanted, "walked": min(SCAN_FACTOR * wanted, SCAN_MAX)}


def _found(key: StatementKey, *, is_after: bool) -> Select[Any]:
    """The events, without an order."""
    conditions = [
        *indexed_filters(key),
        *([after_cursor(key.sort)] if is_after else []),
    ]
    if is_indexed_order(key.sort) and any(True for _ in residual_filters(key)):
        return select(_first_or_all(key, conditions))
    return select(events).where(*conditions, *residual_filters(key))


def _first_or_all(key: StatementKey, conditions: Sequence[ColumnElement[bool]]) -> FromClause:
    """Those for a page that are among the first rows in the order, or all if these are too few.

    Where most events meet the conditions a page is soon together. Where few do, all of them are
    read and put in order: the planner would go on through the order, maybe to its end.
    """
    scanned = (
        select(events)
        .where(*conditions)
        .order_by(*ordering(events, key.sort))
        .limit(SCANNED)
        .cte("walked")
    )
    is_exhausted = _size(scanned) < SCANNED
    if key.search is not None:
        characters = func.sum(func.length(text_of(scanned))).over(
            order_by=ordering(scanned, key.sort)
        )
        read = select(scanned, characters.label("characters")).cte("read")
        scanned = select(read).where(read.c.characters <= CHARACTERS_MAX).cte("short")
        is_exhausted = and_(is_exhausted, _size(scanned) == _size(read))
    # In the order of the walk, which ends with the last that is wanted.
    columns = [scanned.c[column.name] for column in events.c]
    near = select(*columns).where(*residual_filters(key, scanned)).limit(NEEDED).cte("near")
    is_enough = or_(_size(near) >= NEEDED, is_exhausted)
    whole = (
        select(events)
        .where(*conditions, *residual_filters(key), not_(is_enough))
        # A fence: planned for all, not for the first few in the order.
        .offset(literal_column("0"))
    )
    return union_all(select(near).where(is_enough), whole).subquery("found")


def _size(source: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(source).scalar_subquery()


COUNT_OF_ATTENDEES = compile_sql(select(events.c.attendees_count).where(events.c.id == EVENT_ID))


@cache
def page_of_attendees(*, is_after: bool) -> str:
    place = (attendances.c.registered_at, attendances.c.user_id)
    return compile_sql(
        select(users.c.id, users.c.username, attendances.c.registered_at)
        .join_from(attendances, users)
        .where(
            attendances.c.event_id == EVENT_ID,
            *([tuple_(*place) > tuple_(AFTER_INSTANT, AFTER_ID)] if is_after else []),
        )
        .order_by(*place)
        .limit(LIMIT)
        .offset(OFFSET)
    )
