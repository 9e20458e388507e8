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
    """The fields to change. None leaves a field unchanged, except `email`, which it clears."""

    username: Username | None = None
    email: str | Unset | None = Unset.UNSET
    notify_promotion: bool | None = None
    notify_event_changes: bool | None = None
    notify_reminder: bool | None = None


@dataclass
class User:
    """Notices go to the email address once it is verified; each kind has its switch."""

    id: UUID
    username: Username
    email: str | None
    password_hash: str = field(repr=False)
    created_at: datetime
    verified_email: str | None = None  # may be an earlier address
    notify_promotion: bool = True
    notify_event_changes: bool = True
    notify_reminder: bool = True

    @property
    def email_verified(self) -> bool:
        return self.email is not None and self.email == self.verified_email

    def edit(self, changes: ProfileChanges) -> None:
        """A new email address is not verified, even if it was verified once."""
        if changes.username is not None:
            self.username = changes.username
        if not isinstance(changes.email, Unset) and changes.email != self.email:
            self.email, self.verified_email = changes.email, None
        for switch in ("notify_promotion", "notify_event_changes", "notify_reminder"):
            if (is_on := getattr(changes, switch)) is not None:
                setattr(self, switch, is_on)

    def verify_email(self) -> None:
        self.verified_email = self.email
