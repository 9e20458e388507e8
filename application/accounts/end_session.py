from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.audit_log import AuditLog, Incident
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import SessionNotFound
from domain.accounts.session import Origin


@dataclass(frozen=True)
class EndSession:
    """End one session of the user. Raises SessionNotFound or SessionEnded."""

    new_work: UnitOfWorkFactory
    clock: Clock
    audit: AuditLog

    @retried
    def __call__(self, session_id: UUID, caller: Caller, origin: Origin) -> None:
        now = self.clock.now()
        with self.new_work(caller) as work:
            session = work.sessions.find_for_update(session_id)
            if session is None:
                raise SessionNotFound(session_id)
            session.require_revocable(by=caller.user_id, now=now)
            session.revoke(now)
            work.sessions.save(session)
            work.commit()
        self.audit.record(Incident.SESSION_REVOKED, caller.user_id, session_id, origin)
