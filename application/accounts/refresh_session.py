from dataclasses import dataclass
from datetime import timedelta

from application.accounts.token_pair import IssueTokenPair, TokenPair
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.tokens import Tokens, TokenType
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.errors import InvalidToken, RefreshTokenReused
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RefreshSession:
    """Exchange a refresh token for a new token pair.

    Raises InvalidToken, RefreshTokenSuperseded or RefreshTokenReused.
    """

    new_work: UnitOfWorkFactory
    tokens: Tokens
    issue_pair: IssueTokenPair
    clock: Clock
    audit: AuditLog
    reuse_leeway: timedelta

    @retry_on_contention
    def __call__(self, refresh_token: str, client_info: ClientInfo) -> TokenPair:
        claims = self.tokens.read(refresh_token)
        if claims.type is not TokenType.REFRESH or claims.expires_at <= self.clock.now():
            raise InvalidToken
        with self.new_work() as work:
            session = work.sessions.find_for_update(claims.session_id, claims.user_id)
            if session is None:
                raise InvalidToken
            now = self.clock.now()
            pair = self.issue_pair(session.id, session.user_id, now, session.ends_at)
            try:
                session.rotate(
                    refresh_token, pair.refresh_token, now, client_info, self.reuse_leeway
                )
            except RefreshTokenReused:
                # Commit the revocation in spite of the error.
                work.sessions.save(session)
                work.commit()
                audit_event = AuditEvent.REFRESH_TOKEN_REUSED
                self.audit.record(audit_event, session.user_id, session.id, client_info)
                raise
            work.sessions.save(session)
            work.commit()
        return pair
