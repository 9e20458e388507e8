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

from adapters.postgres.events.filters import VIEWER, Shape, foreseen, unforeseen
from adapters.postgres.events.ordering import beyond, is_walked, ordering
from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT, LIMIT, OFFSET
from adapters.postgres.schema.tables import attendances, events, users
from adapters.postgres.schema.tsvector import text_of
from adapters.postgres.sql import EVENT_ID, as_sql, columns_of
from application.pages import Window
from application.ports.event_queries import EventView

# There are some 200,000 shapes; a statement takes up to 15 ms to make, and kilobytes.
REMEMBERED_SHAPES = 512
# Rows to look at for each that is wanted, and at most: some milliseconds.
WALK, LONGEST_WALK = 50, 4000
# And characters, whose words are told without the index: some 60 ms.
MOST_READ: ColumnElement[int] = literal_column("500000")
WANTED = bindparam("wanted", type_=Integer)
WALKED = bindparam("walked", type_=Integer)


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


DETAIL = as_sql(_seen(events).where(events.c.id == EVENT_ID))


def _count(shape: Shape) -> Select[Any]:
    total = func.count().label("total")
    return select(total).select_from(events).where(*foreseen(shape), *unforeseen(shape))


@lru_cache(REMEMBERED_SHAPES)
def count_of(shape: Shape) -> str:
    return as_sql(_count(shape))


@lru_cache(REMEMBERED_SHAPES)
def page_of_events(shape: Shape, *, is_after: bool, is_counted: bool) -> str:
    """A page, chosen before anything is looked up for its rows; the count in each if asked for."""
    source = _found(shape, is_after=is_after)
    chosen = (
        source.order_by(*ordering(source.get_final_froms()[0], shape.sort))
        .limit(LIMIT)
        .offset(OFFSET)
        .subquery("chosen")
    )
    page = _seen(chosen).order_by(*ordering(chosen, shape.sort))
    return as_sql(page.add_columns(_count(shape).label("total")) if is_counted else page)


def values_of_walk(window: Window) -> dict[str, Any]:
    """What a statement that walks leaves open."""
    wanted = window.offset + window.limit + 1
    return {"wanted": wanted, "walked": min(WALK * wanted, LONGEST_WALK)}


def _found(shape: Shape, *, is_after: bool) -> Select[Any]:
    """The events, without an order."""
    conditions = [*foreseen(shape), *([beyond(shape.sort)] if is_after else [])]
    if is_walked(shape.sort) and any(True for _ in unforeseen(shape)):
        return select(_soon_or_all(shape, conditions))
    return select(events).where(*conditions, *unforeseen(shape))


def _soon_or_all(shape: Shape, conditions: Sequence[ColumnElement[bool]]) -> FromClause:
    """Those for a page that are among the first rows in the order, or all if these are too few.

    Where most events meet the conditions a page is soon together. Where few do, all of them are
    read and put in order: the planner would go on through the order, maybe to its end.
    """
    walked = (
        select(events)
        .where(*conditions)
        .order_by(*ordering(events, shape.sort))
        .limit(WALKED)
        .cte("walked")
    )
    is_walked_to_the_end = _size(walked) < WALKED
    if shape.search is not None:
        so_far = func.sum(func.length(text_of(walked))).over(order_by=ordering(walked, shape.sort))
        read = select(walked, so_far.label("so_far")).cte("read")
        walked = select(read).where(read.c.so_far <= MOST_READ).cte("short")
        is_walked_to_the_end = and_(is_walked_to_the_end, _size(walked) == _size(read))
    # In the order of the walk, which ends with the last that is wanted.
    columns = [walked.c[column.name] for column in events.c]
    near = select(*columns).where(*unforeseen(shape, walked)).limit(WANTED).cte("near")
    is_enough = or_(_size(near) >= WANTED, is_walked_to_the_end)
    whole = (
        select(events)
        .where(*conditions, *unforeseen(shape), not_(is_enough))
        # A fence: planned for all, not for the first few in the order.
        .offset(literal_column("0"))
    )
    return union_all(select(near).where(is_enough), whole).subquery("found")


def _size(source: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(source).scalar_subquery()


COUNT_OF_ATTENDEES = as_sql(select(events.c.attendees_count).where(events.c.id == EVENT_ID))


@cache
def page_of_attendees(*, is_after: bool) -> str:
    place = (attendances.c.registered_at, attendances.c.user_id)
    return as_sql(
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
