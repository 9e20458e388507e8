from abc import abstractmethod
from typing import Protocol
from uuid import UUID

from domain.accounts.user import User


class UserRepository(Protocol):
    @abstractmethod
    def add(self, user: User) -> None:
        """Raises UsernameTaken when the name is used already, in any case of its letters."""

    @abstractmethod
    def get(self, user_id: UUID) -> User:
        """Raises AccountDeleted."""

    @abstractmethod
    def get_for_update(self, user_id: UUID) -> User:
        """The user, locked until the unit of work ends. Raises AccountDeleted."""

    @abstractmethod
    def find_for_update(self, user_id: UUID) -> User | None:
        """The person, locked until the unit of work ends."""

    @abstractmethod
    def save(self, user: User) -> None:
        """Write a person that this unit of work loaded. Raises UsernameTaken."""

    @abstractmethod
    def remove(self, user: User) -> None:
        """Forget the person and what only they use: sessions, calendar feed, keys of requests.

        Events and seats of theirs that remain keep the id, and no name.
        """

    @abstractmethod
    def find_by_username(self, username: str) -> User | None:
        """The person of that name, without regard to case."""
