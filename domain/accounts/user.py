"""A person with an account."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.accounts.credentials import Username


class Kept(Enum):
    """Says that an edit leaves a value as it is, where None would clear it."""

    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What an edit of a profile sets."""

    username: Username | None = None
    email: str | Kept | None = Kept.KEPT


@dataclass
class User:
    id: UUID
    username: Username
    email: str | None
    password_hash: str = field(repr=False)
    created_at: datetime

    def edit(self, changes: ProfileChanges) -> None:
        if changes.username is not None:
            self.username = changes.username
        if not isinstance(changes.email, Kept):
            self.email = changes.email
