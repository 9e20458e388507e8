from abc import abstractmethod
from typing import Protocol
from uuid import UUID

from domain.accounts.user import User


class UserRepository(Protocol):
    @abstractmethod
    def add(self, user: User) -> None:
        """Raises UsernameTaken when the name is used already, in any case of its letters."""

    @abstractmethod
    def find(self, user_id: UUID) -> User | None: ...

    @abstractmethod
    def find_by_username(self, username: str) -> User | None:
        """The person of that name, without regard to case."""
