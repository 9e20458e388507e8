"""Pagination by offset or cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

Item = TypeVar("Item")


SortValue: TypeAlias = datetime | str | int


class Cursor(NamedTuple):
    """The position of an item in an ordered list: its sort value, ties broken by id."""

    value: SortValue
    id: UUID


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` items that come `after` a cursor, skipping the first `offset` of them.

    Counting takes longer the more items there are; a cursor is equally fast at any position.
    """

    limit: int
    offset: int = 0
    after: Cursor | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`count` is the total, if requested; `next_cursor` is None on the last page."""

    count: int | None
    results: Sequence[Item]
    next_cursor: Cursor | None
