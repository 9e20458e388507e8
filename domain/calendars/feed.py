"""Calendar feeds. The secret gives read access to the owner's calendar and to nothing else."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.calendars.errors import CalendarNotFound

# 256 bits: too many to guess, even without a rate limit.
SECRET_BYTES = 32
# SECRET_BYTES in URL-safe base64 (RFC 4648 section 5), without padding.
SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeedSecret:
    """Excluded from repr. Raises CalendarNotFound for malformed text."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not SECRET_PATTERN.fullmatch(self.text):
            raise CalendarNotFound

    @property
    def hash(self) -> bytes:
        """SHA-256, 32 bytes: stored instead of the secret."""
        return sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A user has at most one. A new feed replaces it, and the old URL stops working."""

    user_id: UUID
    secret_hash: bytes = field(repr=False)
    created_at: datetime

    @classmethod
    def open(cls, user_id: UUID, secret: FeedSecret, now: datetime) -> "CalendarFeed":
        return cls(user_id, secret.hash, now)
