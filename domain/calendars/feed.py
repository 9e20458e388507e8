"""A calendar feed: whoever knows its secret may read the owner's calendar, and do nothing else."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.calendars.errors import CalendarNotFound

# 256 bits: nobody guesses one, however often they may try.
SECRET_BYTES = 32
# Those bytes in the URL-safe base64 of RFC 4648 section 5, without padding.
SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeedSecret:
    """Kept out of every representation. Raises CalendarNotFound for a text that can be none."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not SECRET_FORM.fullmatch(self.text):
            raise CalendarNotFound

    @property
    def hash(self) -> bytes:
        """What is stored of it: 32 bytes, of no use to whoever reads the database."""
        return sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A person has one at most: a new one takes the place of the one before, which is dead."""

    user_id: UUID
    secret_hash: bytes = field(repr=False)
    created_at: datetime

    @classmethod
    def open(cls, user_id: UUID, secret: FeedSecret, now: datetime) -> "CalendarFeed":
        return cls(user_id, secret.hash, now)
