"""Records each request, calls the hooks when it starts and ends, and sends its id back."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from time import perf_counter
from typing import Any, cast

from flask import Flask, request

from adapters.http.middleware.request_ids import REQUEST_ID_HEADER, request_id_of
from application.ports.identifiers import NewId
from application.ports.request_hooks import RequestHook, RequestRecord

RECORD = "turnout.request_record"
HOOKS = "turnout.request_hooks"
TRACE_CONTEXT = (("traceparent", "HTTP_TRACEPARENT"), ("tracestate", "HTTP_TRACESTATE"))
# A converter in a URL rule; OpenAPI path templates have none.
CONVERTED = re.compile(r"<(?:[^:<>]*:)?(\w+)>")


def record_requests(app: Flask, hooks: Sequence[RequestHook], new_id: NewId) -> None:
    """Must be the last to wrap the application, so that every request is recorded."""
    app.extensions[HOOKS] = hooks
    app.before_request(_record_route)
    app.wsgi_app = RequestRecorder(app.wsgi_app, hooks, new_id)  # type: ignore[method-assign]


def hooks_of(app: Flask) -> Sequence[RequestHook]:
    """For requests that the server rejects before they reach the application."""
    return cast(Sequence[RequestHook], app.extensions.get(HOOKS, ()))


def request_record() -> RequestRecord:
    """The record of the current request."""
    return cast(RequestRecord, request.environ[RECORD])


def _record_route() -> None:
    if rule := request.url_rule:
        request_record().route = route_template(rule.rule)


@cache
def route_template(rule: str) -> str:
    """`/events/<int:id>/` as `/events/{id}/`."""
    return CONVERTED.sub(r"{\1}", rule)


class RequestRecorder:
    """WSGI middleware."""

    def __init__(
        self,
        wsgi_app: Callable[..., Iterable[bytes]],
        hooks: Sequence[RequestHook],
        new_id: NewId,
    ) -> None:
        self._wsgi_app = wsgi_app
        self._hooks = hooks
        self._new_id = new_id

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        record = environ[RECORD] = RequestRecord(
            request_id_of(environ, self._new_id),
            environ["REQUEST_METHOD"],
            {name: environ[key] for name, key in TRACE_CONTEXT if key in environ},
        )

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            record.status = int(status[:3])
            headers.append((REQUEST_ID_HEADER, record.request_id))
            return start_response(status, headers, *exc_info)

        response = RecordedResponse(record, self._hooks)
        try:
            response.body = self._wsgi_app(environ, start)
        except BaseException:
            record.status, record.code = 500, "internal_error"  # what the server responds
            response.close()
            raise
        return response


class RecordedResponse:
    """The server closes it when it is sent or the connection is lost (PEP 3333)."""

    body: Iterable[bytes] = ()

    def __init__(self, record: RequestRecord, hooks: Sequence[RequestHook]) -> None:
        self._started = perf_counter()
        self._record = record
        self._hooks = hooks
        for hook in hooks:
            hook.start(record)

    def __iter__(self) -> Iterator[bytes]:
        yield from self.body
        self._record.is_complete = True

    def close(self) -> None:
        try:
            if close := getattr(self.body, "close", None):
                close()
        finally:
            self._record.duration_s = perf_counter() - self._started
            _end(self._hooks, self._record)


def _end(hooks: Sequence[RequestHook], record: RequestRecord) -> None:
    """In reverse order; a hook that fails does not stop the others."""
    if hooks:
        try:
            hooks[-1].end(record)
        finally:
            _end(hooks[:-1], record)
