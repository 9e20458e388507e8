"""Pages of results with links to other pages."""

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from flask import request
from marshmallow import fields
from orjson import Fragment

from adapters.http.pagination.cursors import cursor_of
from adapters.http.pagination.link_header import link_header
from adapters.http.pagination.query import OFFSET_MAX
from adapters.http.requests.fields import ResponseSchema
from adapters.http.responses.json import to_json
from adapters.http.responses.urls import base_url
from application.pages import Cursor, Page, PageRequest

Item = TypeVar("Item")

PAGE_MAX_BYTES = 1024 * 1024
# LRU size: clients repeat their queries.
CHANGED_QUERIES = 1024


def _link_field(description: str) -> fields.String:
    return fields.String(allow_none=True, metadata={"description": description, "format": "uri"})


class PageSchema(ResponseSchema):
    count = fields.Integer(metadata={"description": "Total number of results."})
    next = _link_field("URL of the next page, with the same filters; null on the last page.")
    previous = _link_field("URL of the previous page, with the same filters; null on the first.")


class CursorPageSchema(ResponseSchema):
    count = fields.Integer(
        allow_none=True, metadata={"description": "Total number of results; null if not counted."}
    )
    next = _link_field(
        "URL of the next page, with the same filters; null on the last page. Uses an offset, "
        "unless the request has a cursor."
    )
    previous = _link_field(
        "URL of the previous page, with the same filters; null on the first page and on cursor "
        "pages."
    )
    next_cursor = fields.String(
        allow_none=True, metadata={"description": "Cursor of the next page; null on the last page."}
    )


class CursorOnlyPageSchema(ResponseSchema):
    next = _link_field("URL of the next page; null on the last page.")
    next_cursor = fields.String(
        allow_none=True, metadata={"description": "Cursor of the next page; null on the last page."}
    )


PageResponse: TypeAlias = tuple[dict[str, Any], dict[str, str]]


def page_response(
    page: Page[Item],
    page_request: PageRequest,
    order: str | None = None,
    cursor_of_item: Callable[[Item], Cursor] | None = None,
) -> PageResponse:
    """The body of the page, and the Link header with the same URLs.

    Lists that support cursors pass their order and get a `next_cursor`. Lists with long items also
    pass `cursor_of_item`: their pages are truncated at PAGE_MAX_BYTES.
    """
    results = to_json(page.results)
    if cursor_of_item and len(results) > PAGE_MAX_BYTES:
        page = _shortened(page, cursor_of_item)
        results = to_json(page.results)
    cursor = cursor_of(page.next_cursor, order) if page.next_cursor and order is not None else None
    next_link, previous_link = _next(page, page_request, cursor), _previous(page, page_request)
    is_first = not page_request.offset and not page_request.after
    first_link = None if is_first else _link(limit=page_request.limit, offset=0, cursor=None)
    body = {
        "count": page.count,
        "next": next_link,
        "previous": previous_link,
        **({} if order is None else {"next_cursor": cursor}),
        "results": Fragment(results),
    }
    return body, link_header(first=first_link, previous=previous_link, following=next_link)


def cursor_page_response(page: Page[Any], page_request: PageRequest, order: str) -> PageResponse:
    """The body of a page of a list without offsets and counts, and its Link header."""
    cursor = cursor_of(page.next_cursor, order) if page.next_cursor else None
    next_link = _link(limit=page_request.limit, cursor=cursor) if cursor else None
    first_link = _link(limit=page_request.limit, cursor=None) if page_request.after else None
    body = {"next": next_link, "next_cursor": cursor, "results": page.results}
    return body, link_header(first=first_link, previous=None, following=next_link)


def _shortened(page: Page[Item], cursor_of_item: Callable[[Item], Cursor]) -> Page[Item]:
    """As many results as fit, but at least one."""
    sizes = accumulate(len(to_json(item)) for item in page.results)
    count = max(1, bisect_right([*sizes], PAGE_MAX_BYTES))
    if count >= len(page.results):
        return page
    return Page(page.count, page.results[:count], cursor_of_item(page.results[count - 1]))


def _next(page: Page[Any], page_request: PageRequest, cursor: str | None) -> str | None:
    if page.next_cursor is None:
        return None
    if page_request.after:
        return _link(limit=page_request.limit, cursor=cursor)
    # After a truncated page, `limit` is its length, so that `previous` returns it again.
    limit = len(page.results)
    following = page_request.offset + limit
    return _link(limit=limit, offset=following) if following <= OFFSET_MAX else None


def _previous(page: Page[Any], page_request: PageRequest) -> str | None:
    if page_request.offset == 0:
        return None
    # Beyond the end, the previous page is the last one with results.
    end = page_request.offset if page.count is None else min(page_request.offset, page.count)
    return _link(limit=page_request.limit, offset=max(0, end - page_request.limit))


def _link(**changes: Any) -> str:
    """The URL of the current request with changes to its query."""
    query = _changed_query(request.query_string, **changes)
    return f"{base_url()}{quote(request.path)}?{query}"


@lru_cache(CHANGED_QUERIES)
def _changed_query(query_string: bytes, **changes: Any) -> str:
    """None removes a parameter."""
    query = (
        dict(parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict")) | changes
    )
    return urlencode({name: value for name, value in query.items() if value is not None})
