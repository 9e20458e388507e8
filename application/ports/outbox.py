from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A committed message that is not completely dispatched.

    `owner_id` is whose webhooks receive it. `body` is JSON. `last_user_id` is the last user of the
    page of mails that was queued last, if any.
    """

    id: UUID
    owner_id: UUID | None
    body: str
    last_user_id: UUID | None = None


class Outbox(Protocol):
    """The event repository adds the messages of the events that it saves."""

    @abstractmethod
    def add(self, message: OutboxMessage) -> None: ...

    @abstractmethod
    def take(self, limit: int) -> Sequence[OutboxMessage]:
        """The oldest messages, locked. Skips those that another unit of work has locked."""

    @abstractmethod
    def keep(self, message_id: UUID, last_user_id: UUID) -> None:
        """Continue a message that this unit of work took after this user the next time."""

    @abstractmethod
    def remove(self, message_ids: Collection[UUID]) -> None:
        """Remove messages that this unit of work took."""
