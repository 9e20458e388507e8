"""What is seen of each request: whoever observes the service is told, and its client by an id."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast
from uuid import UUID

from flask import Flask
from structlog.contextvars import bind_contextvars, clear_contextvars

from adapters.http.current import current_request
from adapters.http.request_ids import REQUEST_ID_HEADER, request_id_of

KEY = "turnout.observation"
# Those that have a name of their own where series or spans are named; clients make up others.
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
CONVERTED = re.compile(r"<(?:[^:<>]*:)?(\w+)>")


@dataclass(slots=True)
class Observation:
    """One request, noted while it is under way; what is not known is None."""

    request_id: str
    method: str | None
    # As the OpenAPI document has it: the path itself may hold a secret.
    route: str | None = None
    status: int | None = None
    duration_s: float = 0.0  # until its answer was handed over whole
    user_id: UUID | None = None
    code: str | None = None  # of the problem that it was answered with
    is_complete: bool = False  # whether all of the answer was sent


# Is told when a request is over, in the thread that answered it, and must be quick.
Observer: TypeAlias = Callable[[Observation], None]
# Is told when a request begins, with its WSGI environment; what it returns is called when the
# request is over, however it ended, in the same thread and after the observers.
Companion: TypeAlias = Callable[[Observation, Mapping[str, Any]], Callable[[], None]]

OBSERVERS = "turnout.observers"


def observe_requests(
    app: Flask, observers: Sequence[Observer], companions: Sequence[Companion]
) -> None:
    """The last to wrap the application, so that nothing goes unseen."""
    app.extensions[OBSERVERS] = observers
    wsgi_app = app.wsgi_app
    app.before_request(_note_route)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen = Observation(request_id_of(environ), environ["REQUEST_METHOD"])
        environ[KEY] = seen
        bind_contextvars(request_id=seen.request_id)  # what is logged meanwhile has it

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            seen.status = int(status[:3])
            headers.append((REQUEST_ID_HEADER, seen.request_id))
            return start_response(status, headers, *exc_info)

        begun = time.perf_counter()
        ends = [begin(seen, environ) for begin in companions]
        try:
            body = wsgi_app(environ, start)
        except BaseException:
            _end(ends)
            raise
        return _Watched(body, begun, seen, observers, ends)

    app.wsgi_app = serve  # type: ignore[method-assign]


def observers_of(app: Flask) -> Sequence[Observer]:
    """Those who are to be told, too, of what never reaches the application."""
    return cast(Sequence[Observer], app.extensions.get(OBSERVERS, ()))


def _end(ends: Sequence[Callable[[], None]]) -> None:
    for end in reversed(ends):
        end()


class _Watched:
    """The body of an answer; servers close it when it was sent, or can't be."""

    def __init__(
        self,
        body: Iterable[bytes],
        begun: float,
        seen: Observation,
        observers: Sequence[Observer],
        ends: Sequence[Callable[[], None]],
    ) -> None:
        self._body = body
        self._begun = begun
        self._seen = seen
        self._observers = observers
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        yield from self._body
        self._seen.is_complete = True

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._seen.duration_s = time.perf_counter() - self._begun
            try:
                for observer in self._observers:
                    observer(self._seen)
            finally:
                _end(self._ends)
                clear_contextvars()


def observation() -> Observation:
    """Of the request that is being answered."""
    return cast(Observation, current_request().environ[KEY])


def _note_route() -> None:
    now = current_request()
    if now.url_rule is not None:
        now.environ[KEY].route = _template_of(now.url_rule.rule)


@lru_cache(None)
def _template_of(rule: str) -> str:
    return CONVERTED.sub(r"{\1}", rule)
