"""One line for each request."""

import structlog

from adapters.http.observing import Observation

logger = structlog.get_logger()


def log_request(seen: Observation) -> None:
    """No path, no query, no body: they may hold what is nobody's business."""
    told = {
        "logger": "turnout.requests",
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
    logger.info("request", **told)
