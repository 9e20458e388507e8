"""One log line for each request."""

import logging

from structlog.contextvars import bind_contextvars, clear_contextvars

from application.ports.request_hooks import RequestHook, RequestRecord

logger = logging.getLogger("turnout.requests")


class RequestLog(RequestHook):
    """All lines that are logged during a request have its id."""

    def start(self, record: RequestRecord) -> None:
        bind_contextvars(request_id=record.request_id)

    def end(self, record: RequestRecord) -> None:
        fields = {
            "method": record.method,
            "route": record.route,
            "status": record.status,
            "duration_ms": round(record.duration_s * 1000, 2),
            "user_id": str(record.user_id) if record.user_id else None,
            "request_id": record.request_id,
        }
        if record.code:
            fields["code"] = record.code
        if not record.is_complete:
            fields["is_complete"] = False
        logger.info("request", extra=fields)
        clear_contextvars()
