"""Responses: JSON, and those without a body."""

from typing import Any

import orjson
from flask import Response

JSON_TYPE = "application/json"
# It depends on who asks, and may be another one a moment later.
CACHE_CONTROL = "private, no-cache"
JSON_HEADERS = {"Content-Type": JSON_TYPE, "Cache-Control": CACHE_CONTROL}


def to_json(body: Any) -> bytes:
    """Of dictionaries, lists and read models, whose instants must be in UTC."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def no_content() -> Response:
    """A 204: no body, and so no type of one."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def disable_storing(response: Response) -> Response:
    """For responses that carry tokens or speak of a person (RFC 6749 section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response
