"""Sessions and the rotation of their refresh tokens."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from domain.accounts.errors import (
    InvalidToken,
    RefreshTokenReused,
    RefreshTokenSuperseded,
    SessionNotFound,
)

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
REFRESH_TOKEN_LIFETIME = timedelta(days=1)
# Default time in which reusing the previous refresh token does not end the session. Another tab may
# send it at the same time, or the response with its successor may be lost.
REFRESH_TOKEN_REUSE_LEEWAY = timedelta(seconds=10)
IPV6_NETWORK_PREFIX = 64  # RFC 4291 section 2.5.1


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """The client of the latest login or refresh; None if unknown."""

    ip: str | None
    user_agent: str | None

    @property
    def network(self) -> str:
        """The address; for IPv6, its /64, because a host can use any address in it."""
        try:
            address = ip_address(self.ip or "")
        except ValueError:
            return ""
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            return str(mapped or ip_network((address, IPV6_NETWORK_PREFIX), strict=False))
        return str(address)


def access_token_expiry(now: datetime, ends_at: datetime) -> datetime:
    """When an access token issued now expires: no later than its session."""
    return min(now + ACCESS_TOKEN_LIFETIME, ends_at)


def refresh_token_expiry(now: datetime, ends_at: datetime) -> datetime:
    """When a refresh token issued now expires: no later than its session."""
    return min(now + REFRESH_TOKEN_LIFETIME, ends_at)


def token_hash(token: str) -> bytes:
    """SHA-256, 32 bytes: stored instead of the token."""
    return sha256(token.encode()).digest()


@dataclass
class Session:
    """Only the newest refresh token is valid, and only once (RFC 9700 section 4.14.2).

    `last_used_at` is when it was issued. The session expires with it, at `expires_at`. Refreshing
    moves `expires_at`, but never beyond `ends_at`.
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
    previous_refresh_token_hash: bytes | None = field(default=None, repr=False)

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
        return self.revoked_at is None and now < self.expires_at

    def is_newest(self, refresh_token: str) -> bool:
        return self.refresh_token_hash == token_hash(refresh_token)

    def rotate(
        self,
        refresh_token: str,
        new_token: str,
        now: datetime,
        client_info: ClientInfo,
        reuse_leeway: timedelta = REFRESH_TOKEN_REUSE_LEEWAY,
    ) -> None:
        """Replace the newest refresh token.

        For `reuse_leeway` after a rotation, the previous token raises RefreshTokenSuperseded. Any
        other used token may be stolen: it revokes the session and raises RefreshTokenReused.
        Save the session even then. Raises InvalidToken if the session has ended.
        """
        if not self.is_live(now):
            raise InvalidToken
        if not self.is_newest(refresh_token):
            if self._was_just_replaced(refresh_token, now, reuse_leeway):
                raise RefreshTokenSuperseded
            self.revoked_at = now
            raise RefreshTokenReused
        self.previous_refresh_token_hash = self.refresh_token_hash
        self.refresh_token_hash = token_hash(new_token)
        self.last_used_at = now
        self.expires_at = refresh_token_expiry(now, self.ends_at)
        self.client_info = client_info

    def _was_just_replaced(self, refresh_token: str, now: datetime, leeway: timedelta) -> bool:
        # The difference is negative if another instance's clock is ahead, but 0 means no leeway.
        return (
            self.previous_refresh_token_hash == token_hash(refresh_token)
            and now - self.last_used_at < leeway
            and leeway > timedelta(0)
        )

    def revoke(self, now: datetime) -> None:
        """Revoking twice changes nothing."""
        if self.revoked_at is None:
            self.revoked_at = now

    def require_revocable(self, by: UUID, now: datetime) -> None:
        """Raises SessionNotFound for another user's session, and for one that has ended."""
        if self.user_id != by or not self.is_live(now):
            raise SessionNotFound(self.id)
