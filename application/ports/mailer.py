from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mail:
    """`id` identifies the mail across attempts. `unsubscribe_url` is for notices."""

    id: UUID
    recipient: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None = None


class MailRejected(Exception):
    """The mail will never be accepted (SMTP reply 5xx), or its recipient or subject is invalid."""


class MailNotSent(Exception):
    """The mail was not accepted, or that is not known. Try again later."""


class Mailer(Protocol):
    @abstractmethod
    def send(self, mail: Mail) -> None:
        """Raises MailRejected or MailNotSent."""
