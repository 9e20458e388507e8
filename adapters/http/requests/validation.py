"""What every request must be before a route sees it."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

BODY_MAX_BYTES = 1024 * 1024
# One byte more than is allowed, so that a chunked body that is cut there shows.
BODY_READ_BYTES = BODY_MAX_BYTES + 1

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def validate_requests(app: Flask) -> None:
    """Refuse requests with a bad Host or body, whatever their path; let paths lack their slash."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_READ_BYTES
    app.before_request(_require_host)
    app.before_request(_read_body)
    # Not by Werkzeug's strict_slashes: without it a wrong method is 404 where a slash lacks.
    app.wsgi_app = _with_last_slash(app.wsgi_app)  # type: ignore[assignment]


def _require_host() -> None:
    # Links are made of it. HTTP/1.1 requires one (RFC 9112 section 3.2).
    environ = request.environ
    is_optional = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if not request.host or not (is_optional or environ.get("HTTP_HOST")):
        raise BadRequest("The Host header is missing or malformed.")


def _read_body() -> None:
    """Read the body, wanted or not: left unread it would end a connection that is to be kept."""
    environ = request.environ
    if environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    body = request.get_data()
    if len(body) > BODY_MAX_BYTES:
        raise RequestEntityTooLarge
    if len(body) < (request.content_length or 0):
        raise BadRequest("The body is shorter than its Content-Length.")


def _with_last_slash(wsgi_app: WsgiApp) -> WsgiApp:
    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_file = "." in path.rpartition("/")[2]
        if not path.endswith("/") and not is_file:
            environ["PATH_INFO"] = f"{path}/"
        return wsgi_app(environ, start_response)

    return serve
