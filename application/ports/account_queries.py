from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

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


class AccountQueries(Protocol):
    """Reads that nothing is decided on later: without a lock, each one statement."""

    @abstractmethod
    def find_profile(self, user_id: UUID) -> Profile | None: ...
