"""Pages of rows. Statements return one row more than fits if others follow."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Integer, Uuid, bindparam

from application.pages import Cursor, Page, PageRequest

Item = TypeVar("Item")


LIMIT = bindparam("limit", type_=Integer)
OFFSET = bindparam("offset", type_=Integer)
AFTER_INSTANT = bindparam("after_value", type_=DateTime(timezone=True))
AFTER_NUMBER = bindparam("after_value", type_=BigInteger)
AFTER_ID = bindparam("after_id", type_=Uuid)


def page_values(page_request: PageRequest) -> dict[str, Any]:
    """The bind parameters of a page."""
    values: dict[str, Any] = {"limit": page_request.limit + 1, "offset": page_request.offset}
    if page_request.after:
        values |= {"after_value": page_request.after.value, "after_id": page_request.after.id}
    return values


def page_of(
    items: Sequence[Item],
    page_request: PageRequest,
    count: int | None,
    cursor_of: Callable[[Item], Cursor],
) -> Page[Item]:
    """`items` has one item more than fits if others follow."""
    results = items[: page_request.limit]
    has_more = len(items) > page_request.limit
    return Page(count, results, cursor_of(results[-1]) if has_more else None)
