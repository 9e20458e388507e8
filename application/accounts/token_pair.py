from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.ports.identifiers import NewId
from application.ports.tokens import TokenClaims, Tokens, TokenType
from domain.accounts.session import access_token_expiry, refresh_token_expiry


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Two bearer tokens (RFC 6750)."""

    access_token: str
    refresh_token: str
    expires_in: timedelta
    refresh_expires_in: timedelta


@dataclass(frozen=True)
class IssueTokenPair:
    """Sign an access token and a refresh token for a session."""

    tokens: Tokens
    new_id: NewId

    def __call__(
        self, session_id: UUID, user_id: UUID, now: datetime, ends_at: datetime
    ) -> TokenPair:
        def issue(token_type: TokenType, expires_at: datetime) -> str:
            return self.tokens.issue(
                TokenClaims(
                    type=token_type,
                    token_id=self.new_id(),
                    user_id=user_id,
                    session_id=session_id,
                    issued_at=now,
                    expires_at=expires_at,
                )
            )

        access_expires_at = access_token_expiry(now, ends_at)
        refresh_expires_at = refresh_token_expiry(now, ends_at)
        return TokenPair(
            access_token=issue(TokenType.ACCESS, access_expires_at),
            refresh_token=issue(TokenType.REFRESH, refresh_expires_at),
            expires_in=access_expires_at - now,
            refresh_expires_in=refresh_expires_at - now,
        )
