from dataclasses import dataclass

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RevokeAllSessions:
    """Revoke all sessions of the caller. Raises SessionEnded."""

    new_work: UnitOfWorkFactory
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(self, caller: Caller, client_info: ClientInfo) -> None:
        now = self.clock.now()
        with self.new_work(caller) as work:
            revoked = work.sessions.revoke_live(caller.user_id, now)
            work.commit()
        for session_id in revoked:
            self.audit.record(AuditEvent.SESSION_REVOKED, caller.user_id, session_id, client_info)
