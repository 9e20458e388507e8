from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from application.ports.event_repository import EventRepository
from application.ports.session_repository import SessionRepository
from application.ports.user_repository import UserRepository


class UnitOfWork(Protocol):
    """All of it or nothing: what is not committed when the block ends never happened.

    The store may fail at any step; the block then ends with Unavailable.
    """

    users: UserRepository
    sessions: SessionRepository
    events: EventRepository

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
        """Make everything done so far last."""


UnitOfWorkFactory: TypeAlias = Callable[[], UnitOfWork]
