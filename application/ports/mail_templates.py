from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from application.ports.mailer import Mail


@dataclass(frozen=True, slots=True)
class Recipient:
    username: str
    address: str


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What a mail says about an event. `time_zone` is an IANA name; `location` may be empty."""

    id: UUID
    title: str
    start_time: datetime
    end_time: datetime
    time_zone: str
    location: str


class MailTemplates(Protocol):
    """The last four are notices."""

    @abstractmethod
    def verify_address(
        self, mail_id: UUID, recipient: Recipient, token: str, valid_for: timedelta
    ) -> Mail: ...

    @abstractmethod
    def address_changed(self, mail_id: UUID, recipient: Recipient) -> Mail:
        """To the old address."""

    @abstractmethod
    def reset_password(
        self, mail_id: UUID, recipient: Recipient, token: str, valid_for: timedelta
    ) -> Mail: ...

    @abstractmethod
    def promoted(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail:
        """From the waitlist to a seat."""

    @abstractmethod
    def called_off(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail: ...

    @abstractmethod
    def moved(
        self, mail_id: UUID, recipient: Recipient, event: EventDetails, previous: EventDetails
    ) -> Mail:
        """The time or the place has changed."""

    @abstractmethod
    def reminder(self, mail_id: UUID, recipient: Recipient, event: EventDetails) -> Mail:
        """One day before the event."""
