"""The application for a WSGI server: `gunicorn "entrypoints.wsgi:create_app()"`.

gunicorn_conf.py starts the metrics server and the exporter of spans.
"""

from flask import Flask
from flask.typing import ResponseReturnValue
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest

from adapters.http.middleware.request_log import RequestLog
from adapters.telemetry.logging import configure_logging
from adapters.telemetry.metrics.counters import RequestMetrics, count_connections
from application.ports.request_hooks import RequestHook
from entrypoints import VERSION
from entrypoints.container import Container
from entrypoints.settings import (
    read_log_settings,
    read_metrics_settings,
    read_settings,
    read_tracing_settings,
)


def create_app() -> Flask:
    """Raises SettingsError."""
    log = read_log_settings()
    configure_logging(log.level, log.format)  # no effect if gunicorn_conf.py did it
    hooks: list[RequestHook] = [RequestLog()]
    container = Container(settings=read_settings(), request_hooks=hooks)
    if read_metrics_settings():
        hooks.append(RequestMetrics())
        count_connections(container.engine())
    if read_tracing_settings():
        # Needs the extra `tracing`.
        from opentelemetry.trace import get_tracer

        from adapters.telemetry.tracing.requests import RequestTracing
        from adapters.telemetry.tracing.statements import trace_statements

        tracer = get_tracer("turnout", VERSION)
        hooks.append(RequestTracing(tracer))
        trace_statements(container.engine(), tracer)
    app: Flask = container.app()

    def malformed_body(_: ParseException) -> ResponseReturnValue:
        """gunicorn parses chunks when the application reads the body."""
        return app.handle_http_exception(BadRequest("The chunked body is malformed."))

    app.register_error_handler(ParseException, malformed_body)
    return app
