"""A span for each round trip to the database."""

import re
from typing import Any

import psycopg2
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from psycopg2.extensions import cursor
from sqlalchemy import Engine, event

# Messages contain values. Only record the first word after BEGIN and SET LOCAL.
FIRST_WORD = re.compile(rb"(?:BEGIN [^;]*;)?(?:SET LOCAL [^;]*;)*(\w+)")


def trace_statements(engine: Engine, tracer: Tracer) -> None:
    """Trace connections that the engine opens from now on.

    SQLAlchemy's own events do not see the statements: psycopg2 runs them.
    """

    class TracedCursor(cursor):  # type: ignore[misc]  # psycopg2 has no types
        def execute(self, query: Any, variables: Any = None) -> None:
            operation = _operation(query)
            attributes = {"db.system.name": "postgresql", "db.operation.name": operation}
            # Do not record error messages: they can contain values.
            with tracer.start_as_current_span(
                operation,
                kind=SpanKind.CLIENT,
                attributes=attributes,
                record_exception=False,
                set_status_on_exception=False,
            ) as span:
                try:
                    super().execute(query, variables)
                except psycopg2.Error as error:
                    span.set_attribute("error.type", error.pgcode or type(error).__name__)
                    span.set_status(StatusCode.ERROR)
                    raise

    def trace(connection: Any, _record: Any) -> None:
        connection.cursor_factory = TracedCursor

    event.listen(engine, "connect", trace)


def _operation(query: str | bytes) -> str:
    message = query.encode() if isinstance(query, str) else query
    match = FIRST_WORD.match(message)
    return match[1].decode() if match else "other"
