"""Pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

Item = TypeVar("Item")


SortValue: TypeAlias = datetime | str | int


class Cursor(NamedTuple):
    """The place of an item in an order by a value of it, with ties by id."""

    value: SortValue
    id: UUID


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` items, after skipping `offset` of those that come `after` a position.

    Counting all takes longer the more there are; a position is found as fast wherever it lies.
    """

    limit: int
    offset: int = 0
    after: Cursor | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items in the window; how many there are in all, if counted; the last item's position
    where more follow."""

    count: int | None
    results: Sequence[Item]
    next_cursor: Cursor | None
