"""Request validation before routing: the Host header, the path, and the size of the body."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

KIB = 1024
ACCOUNTS = "/v1/profile/"
ACCOUNT_BODY_MAX_BYTES = 16 * KIB
# A description of 10,000 characters takes up to 120 KB of JSON: \ud83c\udf75 is one character.
BODY_MAX_BYTES = 256 * KIB
# Read bodies that are slightly too large: closing a connection with unread data can lose the
# response.
BODY_READ_BYTES = 1024 * KIB

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def validate_requests(app: Flask) -> None:
    """Reject requests with a bad Host, path, or body; make trailing slashes optional."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_READ_BYTES
    app.before_request(_require_host)
    app.before_request(_require_utf8_path)
    app.before_request(_read_body)
    # Not with Werkzeug's strict_slashes=False: a wrong method without the slash would be 404.
    app.wsgi_app = _with_last_slash(app.wsgi_app)  # type: ignore[assignment]


def _require_host() -> None:
    # Links contain it. HTTP/1.1 requires it (RFC 9112 section 3.2).
    environ = request.environ
    is_optional = environ["SERVER_PROTOCOL"] == "HTTP/1.0"
    if not request.host or not (is_optional or environ.get("HTTP_HOST")):
        raise BadRequest("The Host header is missing or malformed.")


def _require_utf8_path() -> None:
    # Werkzeug would replace invalid bytes.
    try:
        request.environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The path is not UTF-8.") from error


def _read_body() -> None:
    environ = request.environ
    if environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    limit = ACCOUNT_BODY_MAX_BYTES if request.path.startswith(ACCOUNTS) else BODY_MAX_BYTES
    is_readable = (request.content_length or 0) <= BODY_READ_BYTES
    if not is_readable or len(request.get_data()) > limit:
        raise RequestEntityTooLarge(f"The body is larger than {limit // KIB} KiB.")
    if len(request.get_data()) < (request.content_length or 0):
        raise BadRequest("The body is shorter than its Content-Length.")


def _with_last_slash(wsgi_app: WsgiApp) -> WsgiApp:
    """Remove the trailing slash from paths of files, and add it to all others."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"].removesuffix("/")
        is_file = "." in path.rpartition("/")[2]
        environ["PATH_INFO"] = path if is_file else f"{path}/"
        return wsgi_app(environ, start_response)

    return serve
