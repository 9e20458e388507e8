from abc import abstractmethod
from typing import Protocol


class PasswordHasher(Protocol):
    """`hash` and `matches` raise Unavailable if too many of them are running."""

    @abstractmethod
    def hash(self, password: str) -> str:
        """A salted hash. Slow on purpose."""

    @abstractmethod
    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password has this hash.

        False without a hash, after as much work as with one: the duration must not reveal
        whether an account exists.
        """

    @abstractmethod
    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was created with other parameters than `hash` uses now."""
