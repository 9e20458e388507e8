from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.delivery_repository import ClaimedDelivery, DeliveryRepository
from application.ports.webhook_repository import WebhookRepository
from domain.webhooks.delivery import Delivery, DeliveryState
from domain.webhooks.errors import DeliveryNotFound, WebhookNotFound
from domain.webhooks.webhook import Webhook
from tests.fakes.memory_state import State


@dataclass
class MemoryWebhookRepository(WebhookRepository):
    state: State

    def add(self, webhook: Webhook) -> None:
        self.state.webhooks[webhook.id] = deepcopy(webhook)

    def count_of(self, user_id: UUID) -> int:
        return sum(webhook.user_id == user_id for webhook in self.state.webhooks.values())

    def get_for_update(self, webhook_id: UUID, user_id: UUID) -> Webhook:
        webhook = self.find_for_update(webhook_id)
        if webhook is None or webhook.user_id != user_id:
            raise WebhookNotFound(webhook_id)
        return webhook

    def find_for_update(self, webhook_id: UUID) -> Webhook | None:
        return deepcopy(self.state.webhooks.get(webhook_id))

    def enabled_of(self, user_ids: Collection[UUID]) -> Sequence[Webhook]:
        return [
            deepcopy(webhook)
            for webhook in self.state.webhooks.values()
            if webhook.user_id in user_ids and webhook.is_enabled
        ]

    def save(self, webhook: Webhook) -> None:
        self.state.webhooks[webhook.id] = deepcopy(webhook)

    def remove(self, webhook: Webhook) -> None:
        del self.state.webhooks[webhook.id]


@dataclass
class MemoryDeliveryRepository(DeliveryRepository):
    state: State

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        added = {(each.webhook_id, each.message_id) for each in self.state.deliveries.values()}
        for delivery in deliveries:
            if (delivery.webhook_id, delivery.message_id) not in added:
                self.state.deliveries[delivery.id] = deepcopy(delivery)

    def fail_outdated(self, now: datetime, limit: int) -> int:
        outdated = [each for each in self._due(now)[:limit] if self._current_webhook(each) is None]
        for delivery in outdated:
            delivery.state, delivery.next_attempt_at = DeliveryState.FAILED, None
            self.state.leases.pop(delivery.id, None)
        return len(outdated)

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
        due = [delivery for delivery in self._due(now) if self._current_webhook(delivery)]
        counts, ranks = Counter(in_flight), {}
        for delivery in due:
            counts[delivery.webhook_id] += 1
            ranks[delivery.id] = counts[delivery.webhook_id]
        chosen = {
            delivery.id
            for delivery in sorted(due, key=lambda each: ranks[each.id])[:limit]
            if ranks[delivery.id] <= per_webhook
        }
        claimed = []
        for delivery in due:
            if delivery.id in chosen:
                delivery.next_attempt_at = lease_until
                self.state.leases[delivery.id] = lease_id
                webhook = deepcopy(self.state.webhooks[delivery.webhook_id])
                claimed.append(ClaimedDelivery(deepcopy(delivery), webhook, lease_id))
        return claimed

    def find_leased_for_update(self, delivery_id: UUID, lease_id: UUID) -> Delivery | None:
        if self.state.leases.get(delivery_id) != lease_id:
            return None
        return deepcopy(self.state.deliveries.get(delivery_id))

    def get_for_update(self, delivery_id: UUID, webhook_id: UUID) -> Delivery:
        delivery = self.state.deliveries.get(delivery_id)
        if delivery is None or delivery.webhook_id != webhook_id:
            raise DeliveryNotFound(delivery_id)
        return deepcopy(delivery)

    def save(self, delivery: Delivery) -> None:
        self.state.deliveries[delivery.id] = deepcopy(delivery)
        self.state.leases.pop(delivery.id, None)

    def _due(self, now: datetime) -> list[Delivery]:
        """Longest due first."""
        due = [
            (delivery.next_attempt_at, delivery.id)
            for delivery in self.state.deliveries.values()
            if delivery.next_attempt_at is not None and delivery.next_attempt_at <= now
        ]
        return [self.state.deliveries[delivery_id] for _, delivery_id in sorted(due)]

    def _current_webhook(self, delivery: Delivery) -> Webhook | None:
        """None if the delivery must not be attempted."""
        webhook = self.state.webhooks.get(delivery.webhook_id)
        if webhook is None or not webhook.is_enabled or delivery.queued_at < webhook.enabled_at:
            return None
        return webhook
