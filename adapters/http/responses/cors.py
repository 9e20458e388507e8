"""Which pages of other origins may call the service from a browser (Fetch standard, CORS)."""

import re
from collections.abc import Sequence

from flask import Flask, Response
from flask_cors import CORS

ANY = "*"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
)
# Beyond those that pages may always read.
EXPOSED_HEADERS = (
    "ETag",
    "Link",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)
PREFLIGHT_MAX_AGE_S = 600


def enable_cors(app: Flask, origins: Sequence[str]) -> None:
    """Origins as browsers send them, or ANY alone. Without any, nobody hears of CORS."""
    if not origins:
        return
    is_any = tuple(origins) == (ANY,)
    if not is_any:
        app.after_request(_vary_on_origin)
    CORS(
        app,
        # As strings, flask-cors would read those with brackets as regular expressions.
        origins=ANY if is_any else [re.compile(rf"{re.escape(each)}\Z") for each in origins],
        methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        expose_headers=EXPOSED_HEADERS,
        max_age=PREFLIGHT_MAX_AGE_S,
        supports_credentials=False,  # tokens are sent by hand; no cookie comes by itself
        send_wildcard=is_any,
        always_send=is_any,
        vary_header=False,
        intercept_exceptions=False,  # errors pass after_request like other answers
    )


def _vary_on_origin(response: Response) -> Response:
    # Also where the origin is missing or wrong, which flask-cors leaves out: a cache would hand
    # that answer on to a page that may read it.
    response.headers.add("Vary", "Origin")
    return response
