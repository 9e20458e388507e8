"""Pages of a list: the query that asks for one, and the shape of the answer."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from flask import request
from marshmallow import Schema, ValidationError, fields, post_load, validate

from adapters.http.current import current_request
from adapters.http.cursors import cursor_of, position_of
from adapters.http.fields import AnswerSchema, Flag, QueryInteger, Text
from adapters.http.page_links import link_header
from adapters.http.parsing import REMEMBERED_QUERIES
from application.pages import Page, SortValue, Window

LIMIT_MAX = 100
LIMIT_DEFAULT = 20
OFFSET_MAX = 1_000_000_000


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


@dataclass(frozen=True, slots=True)
class PageBody:
    """A page with links to its neighbours, made from the URL that the client used."""

    count: int | None
    next: str | None
    previous: str | None
    results: Any
    next_cursor: str | None = None


PageAnswer: TypeAlias = tuple[PageBody, dict[str, str]]


def page_answer(page: Page[Any], window: Window, order: str = "") -> PageAnswer:
    """The page, and its neighbours once more as a header."""
    body = _page_body(page, window, order)
    is_first = not window.offset and not window.after
    first = None if is_first else _link(limit=window.limit, offset=0, cursor=None)
    return body, link_header(first=first, previous=body.previous, following=body.next)


def _page_body(page: Page[Any], window: Window, order: str) -> PageBody:
    next_cursor = cursor_of(page.next_after, order) if page.next_after else None
    following = window.offset + window.limit
    if next_cursor is None:
        next_link = None
    elif window.after:
        next_link = _link(limit=window.limit, cursor=next_cursor)
    else:
        is_allowed = following <= OFFSET_MAX
        next_link = _link(limit=window.limit, offset=following) if is_allowed else None
    return PageBody(page.count, next_link, _previous(page, window), page.results, next_cursor)


def _previous(page: Page[Any], window: Window) -> str | None:
    if window.offset == 0:
        return None
    # From beyond the end, the page before is the last that holds anything.
    end = window.offset if page.count is None else min(window.offset, page.count)
    return _link(limit=window.limit, offset=max(0, end - window.limit))


def _link(**changes: Any) -> str:
    now = current_request()
    query = _changed_query(now.query_string, **changes)
    return f"{now.scheme}://{now.host}{quote(now.path)}?{query}"


@lru_cache(REMEMBERED_QUERIES)
def _changed_query(_query_string: bytes, **changes: Any) -> str:
    """The query of the present request with the changes, remembered by its text.

    What is changed to None is left out.
    """
    query = request.args.to_dict() | changes
    return urlencode({name: value for name, value in query.items() if value is not None})
