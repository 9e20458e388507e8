from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.idempotency import IdempotencyRecord


class IdempotencyStore(Protocol):
    """Responses to requests with idempotency keys, by user and key."""

    @abstractmethod
    def find_for_update(self, user_id: UUID, key: str) -> IdempotencyRecord | None:
        """The record, even if expired. Locks the key until the unit of work ends.

        Raises IdempotencyKeyInUse if another unit of work has locked it.
        """

    @abstractmethod
    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        """Remove the user's expired records, and possibly some of other users."""

    @abstractmethod
    def add(self, user_id: UUID, record: IdempotencyRecord) -> None:
        """The response must be JSON; it is returned unchanged."""
