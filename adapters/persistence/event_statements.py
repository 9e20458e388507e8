"""The statements that show events, each made once for every shape of question."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Uuid, bindparam, false, func, select, true
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.event_conditions import VIEWER, Shape, beyond, matching, ordering
from adapters.persistence.tables import attendances, events, users

LIMIT = bindparam("limit", type_=Integer)
OFFSET = bindparam("offset", type_=Integer)


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
        source,
        username.scalar_subquery().label("username"),
        func.coalesce(seat.scalar_subquery(), false()).label("is_attending"),
    )


DETAIL = _seen(events).where(events.c.id == bindparam("event_id", type_=Uuid))


@cache  # some hundred shapes at most
def count_of(shape: Shape) -> Select[Any]:
    return select(func.count()).select_from(events).where(*matching(shape))


@cache
def page_of_events(shape: Shape, *, is_after: bool, is_counted: bool) -> Select[Any]:
    """A page, chosen before anything is looked up for its rows; the count in each if asked for."""
    chosen = (
        select(events)
        .where(*matching(shape), *([beyond(shape.sort)] if is_after else []))
        .order_by(*ordering(events, shape.sort))
        .limit(LIMIT)
        .offset(OFFSET)
        .subquery("chosen")
    )
    page = _seen(chosen).order_by(*ordering(chosen, shape.sort))
    return page.add_columns(count_of(shape).scalar_subquery()) if is_counted else page
