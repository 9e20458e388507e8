"""User accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.accounts.credentials import Username


class Unset(Enum):
    """Leaves a field unchanged, where None would clear it."""

    UNSET = "unset"


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """The fields to change; None leaves the username unchanged."""

    username: Username | None = None
    email: str | Unset | None = Unset.UNSET


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
        if not isinstance(changes.email, Unset):
            self.email = changes.email
