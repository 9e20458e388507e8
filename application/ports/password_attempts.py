"""Counters of wrong passwords, by key."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class PasswordAttemptCounters(Protocol):
    @abstractmethod
    def count_failure(self, key: bytes, now: datetime) -> int:
        """Add a failure. Returns the number of consecutive failures, including concurrent ones."""

    @abstractmethod
    def reset(self, key: bytes, now: datetime) -> None:
        """Record a success: clear the failures, and make the key known."""


class KeyedDigest(Protocol):
    @abstractmethod
    def __call__(self, *parts: str) -> bytes:
        """32 bytes that do not reveal the parts without the secret key.

        Users may type a password into the username field.
        """
