import logging
from uuid import UUID

from application.ports.audit_log import AuditLog, Incident
from domain.accounts.session import Origin

logger = logging.getLogger("turnout.security")


class LoggingAuditLog(AuditLog):
    """Writes one line of key=value pairs for each incident to the logger `turnout.security`."""

    def record(
        self,
        incident: Incident,
        user_id: UUID | None,
        session_id: UUID | None = None,
        origin: Origin | None = None,
    ) -> None:
        ip = origin.ip if origin else None
        logger.info("incident=%s user=%s session=%s ip=%s", incident, user_id, session_id, ip)
