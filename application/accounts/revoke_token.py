from dataclasses import dataclass

from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.tokens import Tokens
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.errors import InvalidToken
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RevokeToken:
    """Log out: revoke the session of a token, even one that is used or expired.

    An invalid token is not an error (RFC 7009 section 2.2).
    """

    new_work: UnitOfWorkFactory
    tokens: Tokens
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(self, token: str, client_info: ClientInfo) -> None:
        try:
            claims = self.tokens.read(token)
        except InvalidToken:
            return
        now = self.clock.now()
        with self.new_work() as work:
            session = work.sessions.find_for_update(claims.session_id, claims.user_id)
            if session is None or not session.is_live(now):
                return
            session.revoke(now)
            work.sessions.save(session)
            work.commit()
        self.audit.record(AuditEvent.SESSION_REVOKED, session.user_id, session.id, client_info)
