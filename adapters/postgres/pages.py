"""Pages of rows: asked for with one row more, which tells whether others follow."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import DateTime, Integer, Uuid, bindparam

from application.pages import Page, Position, Window

Item = TypeVar("Item")


LIMIT = bindparam("limit", type_=Integer)
OFFSET = bindparam("offset", type_=Integer)
AFTER_INSTANT = bindparam("after_value", type_=DateTime(timezone=True))
AFTER_ID = bindparam("after_id", type_=Uuid)


def values_of_window(window: Window) -> dict[str, Any]:
    """What a statement with these parameters leaves open."""
    values: dict[str, Any] = {"limit": window.limit + 1, "offset": window.offset}
    if window.after:
        values |= {"after_value": window.after.value, "after_id": window.after.id}
    return values


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
