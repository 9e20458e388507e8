"""Pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` items, after skipping `offset`."""

    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items in the window, and how many there are in all."""

    count: int
    results: Sequence[Item]
