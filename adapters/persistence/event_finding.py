"""The events of a list's shape, in its order, as SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.event_conditions import foreseen, unforeseen
from adapters.persistence.event_orders import beyond, is_walked, ordering
from adapters.persistence.event_shapes import Shape
from adapters.persistence.tables import events
from adapters.persistence.words import text_of
from application.pages import Window

# Rows to look at for each that is wanted, and at most: some milliseconds.
WALK, LONGEST_WALK = 50, 4000
# And characters, whose words are told without the index: some 60 ms.
MOST_READ: ColumnElement[int] = literal_column("500000")
WANTED = bindparam("wanted", type_=Integer)
WALKED = bindparam("walked", type_=Integer)


def values_of_walk(window: Window) -> dict[str, Any]:
    """What a statement that walks leaves open."""
    wanted = window.offset + window.limit + 1
    return {"wanted": wanted, "walked": min(WALK * wanted, LONGEST_WALK)}


def found(shape: Shape, *, is_after: bool = False) -> Select[Any]:
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
