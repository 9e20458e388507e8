"""A header of every answer, whoever makes it: the application, Flask or Swagger UI."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

# Browsers take an answer for what its Content-Type says (Fetch standard, section 3.7).
NOSNIFF = ("X-Content-Type-Options", "nosniff")


def forbid_sniffing(app: Flask) -> None:
    """On the way out of WSGI, where no answer is missed; a hook would take ten times as long."""
    wsgi_app = app.wsgi_app

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            headers.append(NOSNIFF)
            return start_response(status, headers, *exc_info)

        return wsgi_app(environ, start)

    app.wsgi_app = serve  # type: ignore[method-assign]
