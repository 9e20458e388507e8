"""Mails that wait to be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.accounts.user import User

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# After each attempt that failed. Servers that greylist accept a mail after some minutes (RFC 6647).
DELAYS = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR)
JITTER = 0.1
# Longer than sending takes, so that no two workers send the same mail.
LEASE = 10 * MINUTE


class MailKind(StrEnum):
    VERIFY_EMAIL = "verify_email"
    EMAIL_CHANGED = "email_changed"
    RESET_PASSWORD = "reset_password"
    PROMOTED = "promoted"
    CALLED_OFF = "called_off"
    MOVED = "moved"
    REMINDER = "reminder"


@dataclass
class QueuedMail:
    """`address` is None for notices: they go to the user's verified address.

    `data` is JSON: the event of a notice, else empty.
    """

    id: UUID
    message_id: UUID  # the message that it is about
    user_id: UUID
    kind: MailKind
    address: str | None
    data: str
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0

    def recipient(self, user: User) -> str | None:
        """The address to send to, or None if the user no longer wants or needs the mail."""
        current = user.email if user.email_verified else None
        match self.kind:
            case MailKind.EMAIL_CHANGED:
                return self.address
            case MailKind.VERIFY_EMAIL:
                is_needed = user.email == self.address and not user.email_verified
            case MailKind.RESET_PASSWORD:
                is_needed = current == self.address
            case MailKind.PROMOTED:
                is_needed = user.notify_promotion
            case MailKind.REMINDER:
                is_needed = user.notify_reminder
            case MailKind.CALLED_OFF | MailKind.MOVED:
                is_needed = user.notify_event_changes
        return (self.address or current) if is_needed else None

    def postpone(self, now: datetime, jitter: float) -> bool:
        """After an attempt that failed. `jitter` is between 0 and 1. False after the last one."""
        self.attempts += 1
        if self.attempts > len(DELAYS):
            return False
        self.next_attempt_at = now + DELAYS[self.attempts - 1] * (1 + JITTER * jitter)
        return True
