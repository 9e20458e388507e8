from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from domain.accounts.password_attempts import PasswordAttempts
from domain.accounts.user import User


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as its owner sees it."""

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
    """The session data needed to verify a token."""

    user_id: UUID
    refresh_token_hash: bytes


class Credentials(NamedTuple):
    """What to compare a password with, and the attempts so far.

    Without an account there is no user. `attempts_key` is the key that counts the next attempt.
    """

    user: User | None
    attempts: PasswordAttempts
    attempts_key: bytes


class AccountQueries(Protocol):
    """Reads without locks; one statement each."""

    @abstractmethod
    def unfinished_deletions(self, now: datetime) -> Sequence[UUID]:
        """Deleted accounts that still have upcoming events or seats in them.

        Reads the rows of all deleted accounts.
        """

    @abstractmethod
    def find_credentials(self, username: str, keys: Sequence[bytes], now: datetime) -> Credentials:
        """Of a typed username.

        The first key with attempts counts, or the last one. ATTEMPTS_LIFETIME after the latest
        attempt, a key has none.
        """

    @abstractmethod
    def get_credentials(self, caller: Caller, key: bytes, now: datetime) -> Credentials:
        """Of the caller; there is a user. Raises SessionEnded or AccountDeleted."""

    @abstractmethod
    def find_live_session(self, session_id: UUID, now: datetime) -> LiveSession | None:
        """None if the session has ended at `now`."""

    @abstractmethod
    def get_profile(self, caller: Caller) -> Profile:
        """The caller's profile. Raises SessionEnded or AccountDeleted."""

    @abstractmethod
    def live_sessions(
        self, caller: Caller, page_request: PageRequest, now: datetime
    ) -> Page[SessionView]:
        """The caller's live sessions, newest login first. Raises SessionEnded."""
