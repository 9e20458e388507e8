from dataclasses import dataclass

from application.caller import Caller
from application.ports.audit_log import AuditLog, Incident
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.session import Origin


@dataclass(frozen=True)
class EndSessions:
    """End every session of the caller. Raises SessionEnded."""

    new_work: UnitOfWorkFactory
    clock: Clock
    audit: AuditLog

    @retried
    def __call__(self, caller: Caller, origin: Origin) -> None:
        now = self.clock.now()
        with self.new_work(caller) as work:
            sessions = work.sessions.live_for_update(caller.user_id, now)
            for session in sessions:
                session.revoke(now)
                work.sessions.save(session)
            work.commit()
        for session in sessions:
            self.audit.record(Incident.SESSION_REVOKED, caller.user_id, session.id, origin)
