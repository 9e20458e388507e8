import logging
from uuid import UUID

from application.ports.audit_log import AuditLog, Incident
from domain.accounts.session import Origin

logger = logging.getLogger("turnout.security")


class LoggingAuditLog(AuditLog):
    """Writes one line for each incident to the logger `turnout.security`."""

    def record(
        self,
        incident: Incident,
        user_id: UUID | None,
        session_id: UUID | None = None,
        origin: Origin | None = None,
    ) -> None:
        told = {
            "incident": incident,
            "user_id": user_id and str(user_id),
            "session_id": session_id and str(session_id),
            "ip": origin.ip if origin else None,
        }
        logger.info("incident", extra=told)
