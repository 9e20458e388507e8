from dataclasses import dataclass
from uuid import UUID

from application.ports.account_queries import AccountQueries
from application.ports.clock import Clock
from application.ports.tokens import Tokens, TokenType
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes the request, in which session."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class Authenticate:
    """Tell who holds an access token whose session is live. Raises InvalidToken."""

    tokens: Tokens
    accounts: AccountQueries
    clock: Clock

    def __call__(self, access_token: str) -> Caller:
        claims = self.tokens.read(access_token)
        if claims.type is not TokenType.ACCESS:
            raise InvalidToken
        session = self.accounts.find_session(claims.session_id)
        if session is None or not session.is_live(self.clock.now()):
            raise InvalidToken
        return Caller(claims.user_id, claims.session_id)
