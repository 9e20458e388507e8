from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
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
    email_verified: bool
    notify_promotion: bool
    notify_event_changes: bool
    notify_reminder: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "Profile":
        return cls(**{field.name: getattr(user, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session as its owner sees it."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    user_agent: str | None
    ip: str | None


class Credentials(NamedTuple):
    """The user whose password to compare, if there is an account, and the attempts so far.

    `attempts_key` is the key that counts the next attempt.
    """

    user: User | None
    attempts: PasswordAttempts
    attempts_key: bytes


class AccountQueries(Protocol):
    """Reads without locks; one statement each."""

    @abstractmethod
    def unfinished_deletions(self, now: datetime) -> Sequence[UUID]:
        """Ids of deleted accounts that still have upcoming events, seats or waitlist entries.

        Reads the rows of all deleted accounts.
        """

    @abstractmethod
    def find_credentials(self, username: str, keys: Sequence[bytes], now: datetime) -> Credentials:
        """The credentials of a typed username.

        The attempts are those of the first key that has any; otherwise the last key counts them. A
        key has none when its latest attempt is older than ATTEMPTS_LIFETIME.
        """

    @abstractmethod
    def get_credentials(self, caller: Caller, key: bytes, now: datetime) -> Credentials:
        """The credentials of the caller, with a user. Raises SessionEnded or AccountDeleted."""

    @abstractmethod
    def find_refresh_token_hash(
        self, session_id: UUID, user_id: UUID, now: datetime
    ) -> bytes | None:
        """The hash of the newest refresh token of this session of the user.

        None if there is no such session, or it has ended at `now`.
        """

    @abstractmethod
    def get_profile(self, caller: Caller) -> Profile:
        """The caller's profile. Raises SessionEnded or AccountDeleted."""

    @abstractmethod
    def live_sessions(
        self, caller: Caller, page_request: PageRequest, now: datetime
    ) -> Page[SessionView]:
        """The caller's live sessions, newest login first. Raises SessionEnded."""
