"""A session: what a login opens, and the family of refresh tokens that succeed each other in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from domain.accounts.errors import InvalidToken, RefreshTokenReused, SessionNotFound

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
REFRESH_TOKEN_LIFETIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """Where a login or a refresh came from; None where unknown."""

    ip: str | None
    user_agent: str | None


def access_token_expiry(now: datetime, ends_at: datetime) -> datetime:
    """When an access token expires that is issued now: never after its session."""
    return min(now + ACCESS_TOKEN_LIFETIME, ends_at)


def refresh_token_expiry(now: datetime, ends_at: datetime) -> datetime:
    """When a refresh token expires that is issued now: never after its session."""
    return min(now + REFRESH_TOKEN_LIFETIME, ends_at)


def token_hash(token: str) -> bytes:
    """What is stored of a refresh token: 32 bytes, of no use to whoever reads the database."""
    return sha256(token.encode()).digest()


@dataclass
class Session:
    """Only the newest refresh token of the family is good, once (RFC 9700 section 4.14.2).

    Unused, it expires with that token, at `expires_at`; however often it is refreshed, it is over
    at `ends_at`.
    """

    id: UUID
    user_id: UUID
    refresh_token_hash: bytes = field(repr=False)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ends_at: datetime
    client_info: ClientInfo
    revoked_at: datetime | None = None

    @classmethod
    def open(
        cls,
        *,
        session_id: UUID,
        user_id: UUID,
        refresh_token: str,
        now: datetime,
        ends_at: datetime,
        client_info: ClientInfo,
    ) -> "Session":
        return cls(
            id=session_id,
            user_id=user_id,
            refresh_token_hash=token_hash(refresh_token),
            created_at=now,
            last_used_at=now,
            expires_at=refresh_token_expiry(now, ends_at),
            ends_at=ends_at,
            client_info=client_info,
        )

    def is_live(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.revoked_at is None and now < self.expires_at

    def is_newest(self, refresh_token: str) -> bool:
        return self.refresh_token_hash == token_hash(refresh_token)

    def rotate(self, spent: str, successor: str, now: datetime, client_info: ClientInfo) -> None:
        """Spend the newest refresh token for its successor.

        A token that was spent before is in two hands, and nobody can tell which is the thief's:
        the session is revoked and RefreshTokenReused raised. The revocation must be saved all the
        same. An ended session raises InvalidToken.
        """
        if not self.is_live(now):
            raise InvalidToken
        if not self.is_newest(spent):
            self.revoked_at = now
            raise RefreshTokenReused
        self.refresh_token_hash = token_hash(successor)
        self.last_used_at = now
        self.expires_at = refresh_token_expiry(now, self.ends_at)
        self.client_info = client_info

    def revoke(self, now: datetime) -> None:
        """End it for good. Revoking twice changes nothing."""
        if self.revoked_at is None:
            self.revoked_at = now

    def require_revocable(self, by: UUID, now: datetime) -> None:
        """Raises SessionNotFound for another person's session, and for one that is over."""
        if self.user_id != by or not self.is_live(now):
            raise SessionNotFound(self.id)
