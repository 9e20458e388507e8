from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
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


class LiveSession(NamedTuple):
    """What verifying a token asks of its session."""

    user_id: UUID
    refresh_token_hash: bytes


class AccountQueries(Protocol):
    """Reads that nothing is decided on later: without a lock, each one statement."""

    @abstractmethod
    def find_live_session(self, session_id: UUID, now: datetime) -> LiveSession | None:
        """The session, unless it is over by then."""

    @abstractmethod
    def get_profile(self, caller: Caller) -> Profile:
        """The caller's own. Raises SessionEnded or AccountDeleted."""

    @abstractmethod
    def live_sessions(
        self, caller: Caller, page_request: PageRequest, now: datetime
    ) -> Page[SessionView]:
        """The caller's live sessions, the newest login first. Raises SessionEnded."""
