from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.webhooks.delivery import Delivery
from domain.webhooks.webhook import Webhook


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A due delivery that nobody else attempts until the lease ends."""

    delivery: Delivery
    webhook: Webhook
    lease_id: UUID


class DeliveryRepository(Protocol):
    @abstractmethod
    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        """Skips those whose webhook already has a delivery of the message."""

    @abstractmethod
    def fail_outdated(self, now: datetime, limit: int) -> int:
        """Fail due deliveries of deleted and disabled webhooks, and those queued before their
        webhook was enabled again, without an attempt.

        At most `limit`. Looks at as many of each webhook, longest due first. Skips locked ones.
        Returns the number that failed.
        """

    @abstractmethod
    def claim_due(
        self,
        now: datetime,
        *,
        limit: int,
        per_webhook: int,
        in_flight: Mapping[UUID, int],
        lease_id: UUID,
        lease_until: datetime,
    ) -> Sequence[ClaimedDelivery]:
        """Lease deliveries that are due and not outdated. Returns them longest due first.

        At most `limit`, and `per_webhook` of each webhook, with those that are already `in_flight`.
        Webhooks with the fewest come first. Skips locked ones instead of leasing others.
        """

    @abstractmethod
    def find_leased_for_update(self, delivery_id: UUID, lease_id: UUID) -> Delivery | None:
        """None if the delivery is deleted, or its lease was replaced."""

    @abstractmethod
    def get_for_update(self, delivery_id: UUID, webhook_id: UUID) -> Delivery:
        """Raises DeliveryNotFound."""

    @abstractmethod
    def save(self, delivery: Delivery) -> None:
        """Save a delivery that this unit of work locked, and end its lease."""
