"""What a view returns, made into the answer."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema
from werkzeug.datastructures import Headers

from adapters.http.accepting import PRODUCES
from adapters.http.answers import JSON_TYPE, json_writer
from adapters.http.conditions import tagged

# It depends on who asks, and may be another one a moment later.
CACHE_CONTROL = "private, no-cache"
JSON_HEADERS = {"Content-Type": JSON_TYPE, "Cache-Control": CACHE_CONTROL}


def answering(
    view: Callable[..., Any],
    status_code: int,
    schema: type[Schema] | None,
    produced: tuple[str, ...],
    *,
    is_tagged: bool,
) -> Callable[..., Response]:
    """The view, whose objects become JSON of the schema; a Response it made remains as it is.

    `produced` are the media types that the answer can have: none where it has no body.
    """
    write = json_writer(schema()) if schema else None

    def answer(*args: Any, **kwargs: Any) -> Response:
        returned = view(*args, **kwargs)
        if write and not isinstance(returned, Response):
            result, headers = returned if isinstance(returned, tuple) else (returned, None)
            make = tagged if is_tagged else Response
            response = make(write(result), status_code, _json_headers(headers))
        else:
            response = returned
            if produced:
                response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        if len(produced) > 1:
            response.headers.add("Vary", "Accept")
        return response

    setattr(answer, PRODUCES, produced)
    return answer


def _json_headers(others: dict[str, str] | None) -> Headers:
    # One by one: Headers made of a mapping take twice as long.
    headers = Headers()
    for name, value in (JSON_HEADERS | others if others else JSON_HEADERS).items():
        headers.add(name, value)
    return headers


def no_content() -> Response:
    """A 204: no body, and so no type of one."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def forbid_storing(response: Response) -> Response:
    """For answers that carry tokens or speak of a person (RFC 6749 section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response
