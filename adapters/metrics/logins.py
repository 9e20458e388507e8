from uuid import UUID

from adapters.metrics.instruments import Instruments
from application.ports.audit_log import AuditLog, Incident
from domain.accounts.session import Origin

OUTCOMES = {Incident.LOGGED_IN: "succeeded", Incident.LOGIN_FAILED: "failed"}


class LoginCounter(AuditLog):
    """Counts logins by their outcome, and has everything recorded as before."""

    def __init__(self, audit: AuditLog, instruments: Instruments) -> None:
        self._audit = audit
        # Made at once: what was never seen would be no 0, and its first time no increase.
        self._counts = {
            incident: instruments.logins.labels(outcome) for incident, outcome in OUTCOMES.items()
        }

    def record(
        self,
        incident: Incident,
        user_id: UUID | None,
        session_id: UUID | None = None,
        origin: Origin | None = None,
    ) -> None:
        if count := self._counts.get(incident):
            count.inc()
        self._audit.record(incident, user_id, session_id, origin)
