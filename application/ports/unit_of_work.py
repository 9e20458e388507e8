from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TypeVar

from application.caller import Caller
from application.ports.calendar_feeds import CalendarFeeds
from application.ports.delivery_repository import DeliveryRepository
from application.ports.event_repository import EventRepository
from application.ports.idempotency_store import IdempotencyStore
from application.ports.mail_queue import MailQueue
from application.ports.mail_tokens import MailTokens
from application.ports.outbox import Outbox
from application.ports.password_attempts import PasswordAttemptCounters
from application.ports.reminders import Reminders
from application.ports.session_repository import SessionRepository
from application.ports.user_repository import UserRepository
from application.ports.webhook_repository import WebhookRepository


class UnitOfWork(Protocol):
    """A transaction. Changes that are not committed when the block ends are rolled back.

    Any step may raise Unavailable, or Contended on a conflict with another unit of work. An error
    of a write may be raised by a later read or by the commit.
    """

    @property
    @abstractmethod
    def users(self) -> UserRepository: ...

    @property
    @abstractmethod
    def sessions(self) -> SessionRepository: ...

    @property
    @abstractmethod
    def password_attempts(self) -> PasswordAttemptCounters: ...

    @property
    @abstractmethod
    def events(self) -> EventRepository: ...

    @property
    @abstractmethod
    def idempotency(self) -> IdempotencyStore: ...

    @property
    @abstractmethod
    def calendar_feeds(self) -> CalendarFeeds: ...

    @property
    @abstractmethod
    def outbox(self) -> Outbox: ...

    @property
    @abstractmethod
    def webhooks(self) -> WebhookRepository: ...

    @property
    @abstractmethod
    def deliveries(self) -> DeliveryRepository: ...

    @property
    @abstractmethod
    def mails(self) -> MailQueue: ...

    @property
    @abstractmethod
    def mail_tokens(self) -> MailTokens: ...

    @property
    @abstractmethod
    def reminders(self) -> Reminders: ...

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @abstractmethod
    def commit(self) -> None:
        """Commit, and count seat changes. Raises OutcomeUnknown."""


Result = TypeVar("Result")


class UnitOfWorkFactory(Protocol):
    @abstractmethod
    def __call__(self, caller: Caller | None = None) -> UnitOfWork:
        """A new unit of work.

        With a caller whose session has ended, the first read or the commit raises SessionEnded.
        The session is checked again after waiting for a row lock.
        """

    @abstractmethod
    def retrying(self, act: Callable[[], Result]) -> Result:
        """Call `act`, and retry after Contended a limited number of times."""
