from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TypeVar

from application.caller import Caller
from application.ports.calendar_feeds import CalendarFeeds
from application.ports.event_repository import EventRepository
from application.ports.idempotency_store import IdempotencyStore
from application.ports.session_repository import SessionRepository
from application.ports.user_repository import UserRepository


class UnitOfWork(Protocol):
    """All of it or nothing: what is not committed when the block ends never happened.

    The store may fail at any step; the block then ends with Unavailable, or with Contended where
    others were in the way. What it refuses of a write may show at the commit only, or at a read.
    """

    @property
    @abstractmethod
    def users(self) -> UserRepository: ...

    @property
    @abstractmethod
    def sessions(self) -> SessionRepository: ...

    @property
    @abstractmethod
    def events(self) -> EventRepository: ...

    @property
    @abstractmethod
    def idempotency(self) -> IdempotencyStore: ...

    @property
    @abstractmethod
    def calendar_feeds(self) -> CalendarFeeds: ...

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
        """Make everything done so far last, and count its seats. Raises OutcomeUnknown."""


Result = TypeVar("Result")


class UnitOfWorkFactory(Protocol):
    @abstractmethod
    def __call__(self, caller: Caller | None = None) -> UnitOfWork:
        """A fresh one.

        With a caller it raises SessionEnded, at the first read or at the commit, unless their
        session is live. A session that ends while a row's lock is waited for is not.
        """

    @abstractmethod
    def retrying(self, act: Callable[[], Result]) -> Result:
        """Call it, and again after Contended, a bounded number of times."""
