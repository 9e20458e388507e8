from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.tokens import Tokens, TokenType
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class Authenticate:
    """Return the caller of an access token that has not expired. Raises InvalidToken.

    Does not query the database: the session is checked by the unit of work or query that follows.
    """

    tokens: Tokens
    clock: Clock

    def __call__(self, access_token: str) -> Caller:
        claims = self.tokens.read(access_token)
        now = self.clock.now()
        if claims.type is not TokenType.ACCESS or claims.expires_at <= now:
            raise InvalidToken
        return Caller(claims.user_id, claims.session_id, now)
