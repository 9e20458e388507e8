from abc import abstractmethod
from typing import Protocol


class PasswordHasher(Protocol):
    """Both take memory on purpose, and raise Unavailable where too many are under way."""

    @abstractmethod
    def hash(self, password: str) -> str:
        """A salted hash that `matches` recognises. Slow on purpose."""

    @abstractmethod
    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the hash is this password's.

        Without a hash the answer is False, after as much work as with one, so that the time
        taken does not tell whether an account exists.
        """

    @abstractmethod
    def is_outdated(self, password_hash: str) -> bool:
        """Whether `hash` works with other parameters now than this hash was made with."""
