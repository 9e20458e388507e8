from dataclasses import dataclass

from application.accounts.token_pair import IssueTokenPair, TokenPair
from application.ports.audit_log import AuditLog, Incident
from application.ports.clock import Clock
from application.ports.tokens import Tokens, TokenType
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken, RefreshTokenReused
from domain.accounts.session import Origin


@dataclass(frozen=True)
class RefreshSession:
    """Spend a refresh token for a new pair. Raises InvalidToken or RefreshTokenReused."""

    new_work: UnitOfWorkFactory
    tokens: Tokens
    issue_pair: IssueTokenPair
    clock: Clock
    audit: AuditLog

    @retried
    def __call__(self, refresh_token: str, origin: Origin) -> TokenPair:
        claims = self.tokens.read(refresh_token)
        if claims.type is not TokenType.REFRESH or claims.expires_at <= self.clock.now():
            raise InvalidToken
        with self.new_work() as work:
            session = work.sessions.find_for_update(claims.session_id)
            if session is None or session.user_id != claims.user_id:
                raise InvalidToken
            now = self.clock.now()
            pair = self.issue_pair(session.id, session.user_id, now, session.ends_at)
            try:
                session.rotate(refresh_token, pair.refresh_token, now, origin)
            except RefreshTokenReused:
                # The refusal must not undo the revocation.
                work.sessions.save(session)
                work.commit()
                incident = Incident.REFRESH_TOKEN_REUSED
                self.audit.record(incident, session.user_id, session.id, origin)
                raise
            work.sessions.save(session)
            work.commit()
        return pair
