from abc import abstractmethod
from typing import Protocol


class PasswordHasher(Protocol):
    @abstractmethod
    def hash(self, password: str) -> str:
        """A salted hash that `matches` recognises. Slow on purpose."""

    @abstractmethod
    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the hash is this password's.

        Without a hash the answer is False, after as much work as with one, so that the time
        taken does not tell whether an account exists.
        """
