"""The query parameters of pagination."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, post_load, validate

from adapters.http.pagination.cursors import position_of
from adapters.http.requests.fields import Flag, QueryInteger, Text
from application.pages import PageRequest, SortValue

LIMIT_MAX = 100
LIMIT_DEFAULT = 20
OFFSET_MAX = 1_000_000_000
# For examples in the document.
INVALID_LIMIT = {
    "limit": [f"Must be greater than or equal to 1 and less than or equal to {LIMIT_MAX}."]
}


class LimitedQuery(Schema):
    limit = QueryInteger(
        load_default=LIMIT_DEFAULT,
        validate=validate.Range(1, LIMIT_MAX),
        metadata={"description": "Maximum number of results."},
    )


class PagedQuery(LimitedQuery):
    offset = QueryInteger(
        load_default=0,
        validate=validate.Range(0, OFFSET_MAX),
        metadata={"description": "Number of results to skip."},
    )


class OffsetQuery(PagedQuery):
    @post_load
    def to_page_request(self, data: dict[str, Any], **_: Any) -> PageRequest:
        return PageRequest(data["limit"], data["offset"])


class CursorQuery(PagedQuery):
    """By `offset`, or by `cursor`, which costs the same on every page."""

    cursor = Text(
        metadata={
            "description": "`next_cursor` of the previous page. Continues after it even if items "
            "were added or removed. Valid only for the same list and sort order, without `offset`."
        }
    )
    count = Flag(
        metadata={
            "description": "Whether to count all results; slow for many results. "
            "Default: `true` without a cursor, `false` with one."
        }
    )

    def page_request_of(
        self, data: dict[str, Any], order: str, kind: type[SortValue] = datetime
    ) -> PageRequest:
        """The page request; removes its fields from `data`. `kind` is the sort value's type."""
        limit, offset = data.pop("limit"), data.pop("offset")
        cursor = data.pop("cursor", None)
        if cursor is not None and offset:
            raise ValidationError("Cannot be combined with cursor.", "offset")
        after = None if cursor is None else position_of(cursor, order, kind)
        return PageRequest(limit, offset, after, data.pop("count", after is None))


class CursorOnlyQuery(LimitedQuery):
    """Without `offset` and `count`."""

    cursor = Text(metadata={"description": "`next_cursor` of the previous page."})

    def page_request_of(self, data: dict[str, Any], order: str) -> PageRequest:
        after = position_of(data["cursor"], order) if "cursor" in data else None
        return PageRequest(data["limit"], after=after, is_counted=False)
