"""One line for each request."""

import logging

from adapters.http.observing import Observation, RequestObserver

logger = logging.getLogger("turnout.requests")


class RequestLog(RequestObserver):
    """No path, no query, no body: they may hold what is nobody's business."""

    def begin(self) -> None:
        """The line is written when all is known."""

    def end(self, seen: Observation) -> None:
        told = {
            "method": seen.method,
            "route": seen.route,
            "status": seen.status,
            "duration_ms": round(seen.duration_s * 1000, 2),
            "user_id": str(seen.user_id) if seen.user_id else None,
            "request_id": seen.request_id,
        }
        if seen.code:
            told["code"] = seen.code
        if not seen.is_complete:
            told["is_complete"] = False
        logger.info("request", extra=told)
