from dataclasses import dataclass
from uuid import UUID

from application.accounts.verify_token import VerifyToken
from application.ports.tokens import TokenType
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes the request, in which session."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class Authenticate:
    """Tell who holds an access token whose session is live. Raises InvalidToken."""

    verify: VerifyToken

    def __call__(self, access_token: str) -> Caller:
        claims = self.verify(access_token)
        if claims.type is not TokenType.ACCESS:
            raise InvalidToken
        return Caller(claims.user_id, claims.session_id)
