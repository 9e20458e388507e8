from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.tokens import Tokens, TokenType
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class Authenticate:
    """The caller who holds an access token that has not expired. Raises InvalidToken.

    Reads no data: the session is checked where the work is done.
    """

    tokens: Tokens
    clock: Clock

    def __call__(self, access_token: str) -> Caller:
        claims = self.tokens.read(access_token)
        now = self.clock.now()
        if claims.type is not TokenType.ACCESS or claims.expires_at <= now:
            raise InvalidToken
        return Caller(claims.user_id, claims.session_id, now)
