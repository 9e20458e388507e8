"""Pages of a list: the query that asks for one, and the shape of the answer."""

from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode

from flask import request
from marshmallow import Schema, ValidationError, fields, post_load, validate

from adapters.http.cursors import cursor_of, position_of
from adapters.http.fields import AnswerSchema, Flag, QueryInteger, Text
from adapters.http.page_links import link_header
from application.pages import Page, SortValue, Window

LIMIT_MAX = 100
LIMIT_DEFAULT = 20
OFFSET_MAX = 1_000_000_000
# LRU size: the same queries come again and again.
CHANGED_QUERIES = 1024


class PagedQuery(Schema):
    limit = QueryInteger(
        load_default=LIMIT_DEFAULT,
        validate=validate.Range(1, LIMIT_MAX),
        metadata={"description": "How many results at most."},
    )
    offset = QueryInteger(
        load_default=0,
        validate=validate.Range(0, OFFSET_MAX),
        metadata={"description": "How many results to skip."},
    )


class OffsetQuery(PagedQuery):
    @post_load
    def to_window(self, data: dict[str, Any], **_: Any) -> Window:
        return Window(data["limit"], data["offset"])


class CursorQuery(PagedQuery):
    """By `offset`, or by `cursor`, which costs the same on every page."""

    cursor = Text(
        metadata={
            "description": "The next_cursor of the page before; goes on right after it, whatever "
            "was added or removed meanwhile. Good for one order of one list."
        }
    )
    count = Flag(
        metadata={
            "description": "Whether to count all results, which takes longer the more there are. "
            "Unless given: counted, but not on pages by cursor."
        }
    )

    def window_of(
        self, data: dict[str, Any], order: str, kind: type[SortValue] = datetime
    ) -> Window:
        """What pages are asked for, in an order by values of this kind; `data` keeps the rest."""
        limit, offset = data.pop("limit"), data.pop("offset")
        cursor = data.pop("cursor", None)
        if cursor is not None and offset:
            raise ValidationError("Can't be given together with cursor.", "offset")
        after = None if cursor is None else position_of(cursor, order, kind)
        return Window(limit, offset, after, data.pop("count", after is None))


def _link_field(description: str) -> fields.String:
    return fields.String(allow_none=True, metadata={"description": description, "format": "uri"})


class PageSchema(AnswerSchema):
    count = fields.Integer(metadata={"description": "How many there are in all."})
    next = _link_field("The next page with the same filters; null on the last.")
    previous = _link_field("The page before with the same filters; null on the first.")


class CursorPageSchema(AnswerSchema):
    count = fields.Integer(
        allow_none=True, metadata={"description": "How many there are in all; null: not counted."}
    )
    next = _link_field(
        "The next page with the same filters, by offset or by cursor as this one; null on the last."
    )
    previous = _link_field(
        "The page before with the same filters; null on the first, and on pages by cursor."
    )
    next_cursor = fields.String(
        allow_none=True, metadata={"description": "The cursor of the next page; null on the last."}
    )


PageResponse: TypeAlias = tuple[dict[str, Any], dict[str, str]]


def page_response(page: Page[Any], window: Window, order: str | None = None) -> PageResponse:
    """The page with links to its neighbours, which the headers have, too.

    Lists in an order by which they can be asked for by cursor have a next_cursor.
    """
    cursor = cursor_of(page.next_after, order) if page.next_after and order is not None else None
    next_link, previous_link = _next(page, window, cursor), _previous(page, window)
    is_first = not window.offset and not window.after
    first_link = None if is_first else _link(limit=window.limit, offset=0, cursor=None)
    body = {
        "count": page.count,
        "next": next_link,
        "previous": previous_link,
        **({} if order is None else {"next_cursor": cursor}),
        "results": page.results,
    }
    return body, link_header(first=first_link, previous=previous_link, following=next_link)


def _next(page: Page[Any], window: Window, cursor: str | None) -> str | None:
    if page.next_after is None:
        return None
    if window.after:
        return _link(limit=window.limit, cursor=cursor)
    following = window.offset + window.limit
    return _link(limit=window.limit, offset=following) if following <= OFFSET_MAX else None


def _previous(page: Page[Any], window: Window) -> str | None:
    if window.offset == 0:
        return None
    # From beyond the end, the page before is the last that holds anything.
    end = window.offset if page.count is None else min(window.offset, page.count)
    return _link(limit=window.limit, offset=max(0, end - window.limit))


def _link(**changes: Any) -> str:
    """The URL of the present request with changes to its query."""
    query = _changed_query(request.query_string, **changes)
    return f"{request.scheme}://{request.host}{quote(request.path)}?{query}"


@lru_cache(CHANGED_QUERIES)
def _changed_query(query_string: bytes, **changes: Any) -> str:
    """None takes a parameter out."""
    query = dict(parse_qsl(query_string.decode(errors="replace"), keep_blank_values=True)) | changes
    return urlencode({name: value for name, value in query.items() if value is not None})
