from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A committed message about an event of `creator_id`. `body` is the JSON that is sent."""

    id: UUID
    creator_id: UUID
    type: str
    body: str


class Outbox(Protocol):
    """Repositories write messages with the changes that they save."""

    @abstractmethod
    def take(self, limit: int) -> Sequence[OutboxMessage]:
        """The oldest messages, locked. Skips those that another unit of work has locked."""

    @abstractmethod
    def remove(self, message_ids: Collection[UUID]) -> None: ...
