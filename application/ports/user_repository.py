from abc import abstractmethod
from typing import Protocol
from uuid import UUID

from domain.accounts.user import User


class UserRepository(Protocol):
    @abstractmethod
    def add(self, user: User) -> None:
        """Raises UsernameTaken if the username is taken, ignoring case."""

    @abstractmethod
    def get(self, user_id: UUID) -> User:
        """Raises AccountDeleted."""

    @abstractmethod
    def get_for_update(self, user_id: UUID) -> User:
        """The user, locked until the unit of work ends. Raises AccountDeleted."""

    @abstractmethod
    def find_for_update(self, user_id: UUID) -> User | None:
        """The user, locked until the unit of work ends; None without an account."""

    @abstractmethod
    def save(self, user: User) -> None:
        """Save a user that this unit of work locked. Raises UsernameTaken."""

    @abstractmethod
    def remove(self, user: User) -> None:
        """Delete the account with its sessions, calendar feed and idempotency keys.

        The user's remaining events and seats keep the id, without a name.
        """
