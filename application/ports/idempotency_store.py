from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.idempotency import IdempotencyRecord


class IdempotencyStore(Protocol):
    """What people's requests with idempotency keys were answered with."""

    @abstractmethod
    def find_for_update(self, user_id: UUID, key: str) -> IdempotencyRecord | None:
        """The answer, kept for too long or not; the key is locked until the unit of work ends.

        Raises IdempotencyKeyInUse where another unit of work has locked it.
        """

    @abstractmethod
    def remove_expired(self, user_id: UUID, now: datetime) -> None:
        """Forget the person's answers that need not be kept longer, and some of others' maybe."""

    @abstractmethod
    def add(self, user_id: UUID, answer: IdempotencyRecord) -> None: ...
