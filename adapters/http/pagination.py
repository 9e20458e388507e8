"""Pages of a list: the query that asks for one, and the shape of the answer."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, fields, validate

from adapters.http.fields import AnswerSchema, QueryInteger
from application.pages import Page, Window

LIMIT_MAX = 100
LIMIT_DEFAULT = 20
OFFSET_MAX = 1_000_000_000


class WindowQuery(Schema):
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


def _link_field(description: str) -> fields.String:
    return fields.String(allow_none=True, metadata={"description": description, "format": "uri"})


class PageSchema(AnswerSchema):
    count = fields.Integer(metadata={"description": "How many there are in all."})
    next = _link_field("The next page with the same filters; null on the last.")
    previous = _link_field("The page before with the same filters; null on the first.")


def page_body(page: Page[Any], window: Window) -> dict[str, Any]:
    """The page with links to its neighbours, made from the URL that the client used."""
    following = window.offset + window.limit
    has_next = following < page.count and following <= OFFSET_MAX
    return {
        "count": page.count,
        "next": _link(window.limit, following) if has_next else None,
        "previous": _previous(page, window),
        "results": page.results,
    }


def _previous(page: Page[Any], window: Window) -> str | None:
    if window.offset == 0:
        return None
    # From beyond the end, the page before is the last that holds anything.
    return _link(window.limit, max(0, min(window.offset, page.count) - window.limit))


def _link(limit: int, offset: int) -> str:
    query = request.args.to_dict() | {"limit": str(limit), "offset": str(offset)}
    return f"{request.base_url}?{urlencode(query)}"
