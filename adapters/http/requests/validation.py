"""Request validation before routing: the Host header and the size of the body."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

BODY_MAX_BYTES = 1024 * 1024
# One byte more than allowed, to detect a chunked body that is too large.
BODY_READ_BYTES = BODY_MAX_BYTES + 1

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def validate_requests(app: Flask) -> None:
    """Reject requests with a bad Host or body, for any path; make trailing slashes optional."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_READ_BYTES
    app.before_request(_require_host)
    app.before_request(_read_body)
    # Not with Werkzeug's strict_slashes=False: a wrong method without the slash would be 404.
    app.wsgi_app = _with_last_slash(app.wsgi_app)  # type: ignore[assignment]


def _require_host() -> None:
    # Links contain it. HTTP/1.1 requires it (RFC 9112 section 3.2).
    environ = request.environ
    is_optional = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if not request.host or not (is_optional or environ.get("HTTP_HOST")):
        raise BadRequest("The Host header is missing or malformed.")


def _read_body() -> None:
    """Always read the body: unread, it would end a keep-alive connection."""
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
