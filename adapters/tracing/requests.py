"""A span for each request, of the request that its client was in, if it said so."""

from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry import context
from opentelemetry.propagate import extract
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import SpanKind, StatusCode, Tracer, set_span_in_context

from adapters.http.observing import METHODS, Observation

# As the semantic conventions have it for methods that nobody knows.
UNKNOWN_METHOD = "_OTHER"
FAILURE = 500


class _Headers(Getter[Mapping[str, Any]]):
    def get(self, carrier: Mapping[str, Any], key: str) -> list[str] | None:
        value = carrier.get("HTTP_" + key.upper().replace("-", "_"))
        return None if value is None else [value]

    def keys(self, carrier: Mapping[str, Any]) -> list[str]:
        return [name[5:].lower() for name in carrier if name.startswith("HTTP_")]


class RequestTracer:
    """Goes along with each request.

    The span has what the log's line has. The semantic conventions would have the path, too: it can
    hold a calendar's secret, so neither it nor the query nor any header is told.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._headers = _Headers()

    def begin(self, seen: Observation, environ: Mapping[str, Any]) -> Callable[[], None]:
        client = extract(environ, getter=self._headers)
        method = seen.method if seen.method in METHODS else UNKNOWN_METHOD
        told = {"http.request.method": method, "turnout.request_id": seen.request_id}
        span = self._tracer.start_span(method, client, SpanKind.SERVER, told)
        token = context.attach(set_span_in_context(span, client))

        def end() -> None:
            context.detach(token)
            if seen.route:
                span.update_name(f"{method} {seen.route}")
                span.set_attribute("http.route", seen.route)
            if seen.status:
                span.set_attribute("http.response.status_code", seen.status)
            if seen.code:
                span.set_attribute("turnout.problem", seen.code)
            if seen.status is None or seen.status >= FAILURE:
                span.set_attribute("error.type", seen.code or "exception")
                span.set_status(StatusCode.ERROR)
            span.end()

        return end
