"""Counters of wrong passwords, by key."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class PasswordAttemptCounters(Protocol):
    @abstractmethod
    def count_failure(self, key: bytes, now: datetime) -> int:
        """Add a failure. Returns the number of consecutive failures, with those of others."""

    @abstractmethod
    def reset(self, key: bytes, now: datetime) -> None:
        """Record a success: there are no failures, and the key is known from now on."""


class KeyedDigest(Protocol):
    @abstractmethod
    def __call__(self, *parts: str) -> bytes:
        """32 bytes that do not reveal the parts without the secret key.

        A typed username may be a password in the wrong field.
        """
