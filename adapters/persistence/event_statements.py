"""The statements that show events, each made once for every shape of question."""

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, false, func, select, true, tuple_
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.event_conditions import EVENT_ID, VIEWER, foreseen, unforeseen
from adapters.persistence.event_finding import found
from adapters.persistence.event_orders import ordering
from adapters.persistence.event_shapes import Shape
from adapters.persistence.pages import AFTER_ID, AFTER_INSTANT, LIMIT, OFFSET
from adapters.persistence.sql import as_sql
from adapters.persistence.tables import attendances, events, users

# There are some 200,000 shapes; a statement takes up to 15 ms to make, and kilobytes.
REMEMBERED_SHAPES = 512


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
        source.c.id,
        source.c.title,
        source.c.description,
        source.c.start_time,
        source.c.end_time,
        source.c.capacity,
        source.c.attendees_count,
        source.c.created_at,
        source.c.updated_at,
        source.c.type,
        source.c.location,
        func.coalesce(seat.scalar_subquery(), false()),
        source.c.creator_id,
        username.scalar_subquery(),
    )


DETAIL = as_sql(_seen(events).where(events.c.id == EVENT_ID))


def _count(shape: Shape) -> Select[Any]:
    return select(func.count()).select_from(events).where(*foreseen(shape), *unforeseen(shape))


@lru_cache(REMEMBERED_SHAPES)
def count_of(shape: Shape) -> str:
    return as_sql(_count(shape))


@lru_cache(REMEMBERED_SHAPES)
def page_of_events(shape: Shape, *, is_after: bool, is_counted: bool) -> str:
    """A page, chosen before anything is looked up for its rows; the count in each if asked for."""
    source = found(shape, is_after=is_after)
    chosen = (
        source.order_by(*ordering(source.get_final_froms()[0], shape.sort))
        .limit(LIMIT)
        .offset(OFFSET)
        .subquery("chosen")
    )
    page = _seen(chosen).order_by(*ordering(chosen, shape.sort))
    return as_sql(page.add_columns(_count(shape).scalar_subquery()) if is_counted else page)


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
