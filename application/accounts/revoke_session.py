from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.errors import SessionNotFound
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RevokeSession:
    """Revoke one of the caller's sessions. Raises SessionNotFound or SessionEnded."""

    new_work: UnitOfWorkFactory
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(self, session_id: UUID, caller: Caller, client_info: ClientInfo) -> None:
        now = self.clock.now()
        with self.new_work(caller) as work:
            session = work.sessions.find_for_update(session_id, caller.user_id)
            if session is None:
                raise SessionNotFound(session_id)
            session.require_revocable(by=caller.user_id, now=now)
            session.revoke(now)
            work.sessions.save(session)
            work.commit()
        self.audit.record(AuditEvent.SESSION_REVOKED, caller.user_id, session_id, client_info)
