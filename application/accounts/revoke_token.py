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
    """Log out: end the session of a token, spent and expired ones too.

    A token that names no session changes nothing (RFC 7009 section 2.2): its holder has what they
    want.
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
            session = work.sessions.find_for_update(claims.session_id)
            if session is None or not session.is_live(now):
                return
            session.revoke(now)
            work.sessions.save(session)
            work.commit()
        self.audit.record(AuditEvent.SESSION_REVOKED, session.user_id, session.id, client_info)
