from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.pages import Page, Window
from domain.accounts.session import Session
from domain.accounts.user import User


@dataclass(frozen=True, slots=True)
class Profile:
    """What people see of their own account."""

    id: UUID
    username: str
    email: str | None
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "Profile":
        return cls(user.id, user.username, user.email, user.created_at)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session as its owner sees it."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    user_agent: str | None
    ip: str | None


class AccountQueries(Protocol):
    """Reads that nothing is decided on later: without a lock, each one statement."""

    @abstractmethod
    def find_session(self, session_id: UUID) -> Session | None:
        """The session as it is now, live or not."""

    @abstractmethod
    def find_profile(self, user_id: UUID) -> Profile | None: ...

    @abstractmethod
    def live_sessions(self, user_id: UUID, window: Window, now: datetime) -> Page[SessionView]:
        """The person's live sessions, the newest login first."""
