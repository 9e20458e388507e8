"""The sort orders of the event list in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func, tuple_
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.pages import AFTER_ID, AFTER_INSTANT
from adapters.postgres.schema.tables import events
from application.ports.event_queries import EventSort

AFTER_TITLE = bindparam("after_value", type_=Text)


def ordering(source: FromClause, sort: EventSort) -> Sequence[ColumnElement[Any]]:
    columns = _sort_key(source, sort)
    return [column.desc() for column in columns] if sort.is_descending else columns


def after_cursor(sort: EventSort, source: FromClause = events) -> ColumnElement[bool]:
    """Whether an event comes after the cursor in this order."""
    # lower() on both sides: Python folds case differently.
    after = func.lower(AFTER_TITLE) if sort.field == "title" else AFTER_INSTANT
    key, cursor = tuple_(*_sort_key(source, sort)), tuple_(after, AFTER_ID)
    return key < cursor if sort.is_descending else key > cursor


def is_indexed_order(sort: EventSort) -> bool:
    """Whether an index has this order.

    There is none on attendees_count: with it, taking a seat would write every index of the table
    instead of only the row (PostgreSQL manual, heap-only tuples).
    """
    return sort.field != "attendees_count"


def _sort_key(source: FromClause, sort: EventSort) -> list[ColumnElement[Any]]:
    column = source.c[sort.field]
    return [func.lower(column) if sort.field == "title" else column, source.c.id]
