"""Pages of rows: asked for with one row more, which tells whether others follow."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from application.pages import Page, Position, Window

Item = TypeVar("Item")


def one_more(window: Window) -> int:
    return window.limit + 1


def page_of(
    items: Sequence[Item],
    window: Window,
    count: int | None,
    position_of: Callable[[Item], Position],
) -> Page[Item]:
    """The page, of up to one item more than fits."""
    kept = items[: window.limit]
    has_more = len(items) > window.limit
    return Page(count, kept, position_of(kept[-1]) if has_more else None)
