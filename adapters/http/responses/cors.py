"""CORS (Fetch standard)."""

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
    # W3C Trace Context, sent by tracing in browsers.
    "traceparent",
    "tracestate",
)
# Besides those that browsers always expose.
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
    """Allow these origins, or ANY alone. Without origins, no CORS headers are sent."""
    if not origins:
        return
    is_any = tuple(origins) == (ANY,)
    if not is_any:
        app.after_request(_vary_on_origin)
    CORS(
        app,
        # flask-cors treats strings with brackets as regular expressions.
        origins=ANY if is_any else [re.compile(rf"{re.escape(each)}\Z") for each in origins],
        methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        expose_headers=EXPOSED_HEADERS,
        max_age=PREFLIGHT_MAX_AGE_S,
        supports_credentials=False,  # bearer tokens, no cookies
        send_wildcard=is_any,
        always_send=is_any,
        vary_header=False,
        intercept_exceptions=False,  # error responses pass after_request, too
    )


def _vary_on_origin(response: Response) -> Response:
    # Also without an allowed origin, which flask-cors omits: otherwise a cache could serve that
    # response to an allowed page.
    response.headers.add("Vary", "Origin")
    return response
