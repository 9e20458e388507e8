"""JSON and empty responses."""

from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response

JSON_TYPE = "application/json"
MERGE_PATCH_TYPE = "application/merge-patch+json"  # RFC 7396
PATCH_TYPES = (JSON_TYPE, MERGE_PATCH_TYPE)
# In responses to OPTIONS and in errors (RFC 5789 sections 2.2 and 3.1).
ACCEPT_PATCH = ("Accept-Patch", ", ".join(PATCH_TYPES))
# Responses depend on the caller and change at any time.
CACHE_CONTROL = "private, no-cache"
JSON_HEADERS = {"Content-Type": JSON_TYPE, "Cache-Control": CACHE_CONTROL}


def to_json(body: Any) -> bytes:
    """JSON of dicts, lists, and read models; datetimes must be in UTC."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def in_utc(instant: datetime) -> str:
    """In RFC 3339 format, with Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def no_content(status: int = 204) -> Response:
    """An empty response, without a Content-Type."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def disable_storing(response: Response) -> Response:
    """For responses with tokens or personal data (RFC 6749 section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response
