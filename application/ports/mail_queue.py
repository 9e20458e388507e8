from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.accounts.user import User
from domain.mails.queued_mail import MailKind, QueuedMail


@dataclass(frozen=True, slots=True)
class Audience:
    """Who took a seat at an event, or joined its waitlist, up to `until`; not its creator."""

    event_id: UUID
    until: datetime
    includes_waitlist: bool


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice for many people. `data` is JSON."""

    kind: MailKind
    message_id: UUID
    data: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A due mail that nobody else sends until the lease ends, and whom it is for."""

    mail: QueuedMail
    user: User
    lease_id: UUID


class MailQueue(Protocol):
    """Each user gets at most one mail of a kind about a message: further ones are skipped."""

    @abstractmethod
    def add(self, mail: QueuedMail) -> None:
        """Skips a mail to a deleted account."""

    @abstractmethod
    def add_page(
        self,
        audience: Audience,
        notice: NewNotice,
        *,
        after: UUID | None,
        limit: int,
    ) -> UUID | None:
        """Queue notices for the next `limit` people, in order of id, who want them.

        Notices go to verified addresses. Returns the last person's id, or None after the last page.
        """

    @abstractmethod
    def users_with_verified_email(self, email: str) -> Sequence[User]:
        """Ignores the case of ASCII letters."""

    @abstractmethod
    def claim_due(
        self, now: datetime, limit: int, lease_id: UUID, lease_until: datetime
    ) -> Sequence[ClaimedMail]:
        """Lease the mails that have been due longest. Skips locked ones.

        Those with an address come first: people wait for them, and there may be many notices.
        """

    @abstractmethod
    def find_leased_for_update(self, mail_id: UUID, lease_id: UUID) -> QueuedMail | None:
        """None if the mail is deleted, or its lease was replaced."""

    @abstractmethod
    def save(self, mail: QueuedMail) -> None:
        """Save a mail that this unit of work locked, and end its lease."""

    @abstractmethod
    def remove(self, mail_id: UUID) -> None: ...
