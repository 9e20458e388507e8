"""Tokens in mails, which show that a mail was read."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

# 256 bits: too many to guess, even without a rate limit.
TOKEN_BYTES = 32


class TokenPurpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"


LIFETIMES = {
    TokenPurpose.VERIFY_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
}


def token_hash(token: str) -> bytes:
    """SHA-256, 32 bytes: stored instead of the token."""
    return sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class MailToken:
    """Shows that the mails to `address` are read by this user. Works once."""

    hash: bytes = field(repr=False)
    user_id: UUID
    purpose: TokenPurpose
    address: str
    expires_at: datetime

    @classmethod
    def issue(
        cls, token: str, user_id: UUID, purpose: TokenPurpose, address: str, now: datetime
    ) -> "MailToken":
        return cls(token_hash(token), user_id, purpose, address, now + LIFETIMES[purpose])
