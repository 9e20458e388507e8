"""The orders of the event list as SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func, tuple_
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT
from adapters.postgres.schema.tables import events
from application.ports.event_queries import EventSort

AFTER_TITLE = bindparam("after_value", type_=Text)


def ordering(source: FromClause, sort: EventSort) -> Sequence[ColumnElement[Any]]:
    columns = _place(source, sort)
    return [column.desc() for column in columns] if sort.is_descending else columns


def after_cursor(sort: EventSort) -> ColumnElement[bool]:
    """Whether an event comes after the position, in this order."""
    # Both are folded by PostgreSQL: as it does it, no other can.
    after = func.lower(AFTER_TITLE) if sort.field == "title" else AFTER_INSTANT
    place, position = tuple_(*_place(events, sort)), tuple_(after, AFTER_ID)
    return place < position if sort.is_descending else place > position


def is_indexed_order(sort: EventSort) -> bool:
    """Whether an index has the events in this order.

    None has how many attend: it would have to be written, and all the others with it, whenever
    a seat is taken, where now the row alone is (PostgreSQL manual, heap-only tuples).
    """
    return sort.field != "attendees_count"


def _place(source: FromClause, sort: EventSort) -> list[ColumnElement[Any]]:
    column = source.c[sort.field]
    return [func.lower(column) if sort.field == "title" else column, source.c.id]
