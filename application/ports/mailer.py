from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """`message_id` identifies the mail across attempts. `unsubscribe_url` is for notices."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None = None


class MailRejected(Exception):
    """The server will never accept this mail (SMTP reply 5xx)."""


class MailNotSent(Exception):
    """The mail was not accepted, or that is not known. Try again later."""


class Mailer(Protocol):
    @abstractmethod
    def send(self, mail: Mail) -> None:
        """Raises MailRejected or MailNotSent."""
