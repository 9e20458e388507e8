import logging
from uuid import UUID

from application.ports.audit_log import AuditEvent, AuditLog
from domain.accounts.session import ClientInfo

logger = logging.getLogger("turnout.security")


class LoggingAuditLog(AuditLog):
    """Logs to `turnout.security`; the message is the name of the event."""

    def record(
        self,
        audit_event: AuditEvent,
        user_id: UUID | None,
        session_id: UUID | None = None,
        client_info: ClientInfo | None = None,
    ) -> None:
        fields = {
            "user_id": user_id and str(user_id),
            "session_id": session_id and str(session_id),
            "ip": client_info.ip if client_info else None,
        }
        logger.info(audit_event, extra=fields)
