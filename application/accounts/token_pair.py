from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.ports.identifiers import NewId
from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.session import ACCESS_TOKEN_LIFETIME, REFRESH_TOKEN_LIFETIME

LIFETIMES = {
    TokenType.ACCESS: ACCESS_TOKEN_LIFETIME,
    TokenType.REFRESH: REFRESH_TOKEN_LIFETIME,
}


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    expires_in: timedelta
    refresh_expires_in: timedelta


@dataclass(frozen=True)
class IssueTokenPair:
    """Sign the two tokens that a session hands out at a time."""

    tokens: Tokens
    new_id: NewId

    def __call__(self, session_id: UUID, user_id: UUID, now: datetime) -> TokenPair:
        def issue(token_type: TokenType) -> str:
            return self.tokens.issue(
                TokenClaims(
                    type=token_type,
                    token_id=self.new_id(),
                    user_id=user_id,
                    session_id=session_id,
                    issued_at=now,
                    expires_at=now + LIFETIMES[token_type],
                )
            )

        return TokenPair(
            access_token=issue(TokenType.ACCESS),
            refresh_token=issue(TokenType.REFRESH),
            expires_in=ACCESS_TOKEN_LIFETIME,
            refresh_expires_in=REFRESH_TOKEN_LIFETIME,
        )
