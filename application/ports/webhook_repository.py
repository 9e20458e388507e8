from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from domain.webhooks.webhook import Webhook


class WebhookRepository(Protocol):
    @abstractmethod
    def add(self, webhook: Webhook) -> None:
        """The unit of work must have locked the account."""

    @abstractmethod
    def count_of(self, user_id: UUID) -> int: ...

    @abstractmethod
    def get_for_update(self, webhook_id: UUID, user_id: UUID) -> Webhook:
        """The user's webhook, locked until the unit of work ends. Raises WebhookNotFound."""

    @abstractmethod
    def find_for_update(self, webhook_id: UUID) -> Webhook | None:
        """Anybody's webhook, locked until the unit of work ends."""

    @abstractmethod
    def enabled_of(self, user_ids: Collection[UUID]) -> Sequence[Webhook]:
        """The enabled webhooks of these users."""

    @abstractmethod
    def save(self, webhook: Webhook) -> None:
        """Save a webhook that this unit of work locked."""

    @abstractmethod
    def remove(self, webhook: Webhook) -> None:
        """Delete the webhook. Its deliveries remain until they are purged, but are not sent."""
