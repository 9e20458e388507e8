"""One log line for each request."""

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from application.ports.request_hooks import RequestHook, RequestRecord

logger = structlog.get_logger()


class RequestLog(RequestHook):
    """Also adds the request id to every line that is logged during the request."""

    def start(self, record: RequestRecord) -> None:
        bind_contextvars(request_id=record.request_id)

    def end(self, record: RequestRecord) -> None:
        fields = {
            "logger": "turnout.requests",
            "method": record.method,
            "route": record.route,
            "status": record.status,
            "duration_ms": round(record.duration_s * 1000, 2),
            "user_id": str(record.user_id) if record.user_id else None,
        }
        if record.code:
            fields["code"] = record.code
        if not record.is_complete:
            fields["is_complete"] = False
        logger.info("request", **fields)
        clear_contextvars()
