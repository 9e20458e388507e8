"""A span for each request, in the client's trace if it sends one."""

from contextvars import ContextVar, Token
from http import HTTPMethod

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context

from application.ports.request_hooks import RequestHook, RequestRecord

UNKNOWN_METHOD = "_OTHER"  # semantic conventions of OpenTelemetry, HTTP spans
SERVER_ERROR = 500

_current: ContextVar[tuple[Span, Token[Context]]] = ContextVar("turnout_request_span")


class RequestTracing(RequestHook):
    """Unlike OpenTelemetry's Flask instrumentation, records no paths: they can contain secrets."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start(self, record: RequestRecord) -> None:
        parent = extract(record.trace_context)
        attributes = {
            "http.request.method": _method_of(record),
            "turnout.request_id": record.request_id,
        }
        span = self._tracer.start_span(_method_of(record), parent, SpanKind.SERVER, attributes)
        _current.set((span, context.attach(set_span_in_context(span, parent))))

    def end(self, record: RequestRecord) -> None:
        span, token = _current.get()
        context.detach(token)
        if record.route:
            span.update_name(f"{_method_of(record)} {record.route}")
            span.set_attribute("http.route", record.route)
        if record.status:
            span.set_attribute("http.response.status_code", record.status)
            if record.status >= SERVER_ERROR:
                span.set_attribute("error.type", record.code or str(record.status))
                span.set_status(StatusCode.ERROR)
        if record.code:
            span.set_attribute("turnout.problem", record.code)
        span.end()


def _method_of(record: RequestRecord) -> str:
    method = record.method or ""
    return method if method in HTTPMethod.__members__ else UNKNOWN_METHOD
