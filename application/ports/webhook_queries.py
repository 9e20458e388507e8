from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from domain.webhooks.delivery import Delivery, DeliveryState
from domain.webhooks.webhook import DisabledReason, Webhook


@dataclass
class WebhookView:
    """A webhook as its owner sees it, without the secret. `types` is None for all types."""

    id: UUID
    url: str
    types: Sequence[str] | None
    description: str
    enabled: bool
    disabled_reason: DisabledReason | None
    created_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookView":
        return cls(
            webhook.id,
            webhook.url,
            None if webhook.types is None else sorted(webhook.types),
            webhook.description,
            webhook.is_enabled,
            webhook.disabled_reason,
            webhook.created_at,
        )


@dataclass
class DeliveryView:
    """`status`, `duration_ms`, `error` and `response` are those of the last attempt."""

    id: UUID
    message_id: UUID
    type: str
    state: DeliveryState
    attempts: int
    status: int | None
    duration_ms: int | None
    error: str | None
    response: str | None
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        last = delivery.last_attempt
        return cls(
            delivery.id,
            delivery.message_id,
            delivery.type,
            delivery.state,
            delivery.attempts,
            last.status if last else None,
            round(last.duration.total_seconds() * 1000) if last else None,
            last.error or None if last else None,
            last.response if last else None,
            delivery.created_at,
            delivery.last_attempt_at,
            delivery.next_attempt_at,
        )


class WebhookQueries(Protocol):
    """Reads without locks; one statement each, and one to check that a webhook exists."""

    @abstractmethod
    def webhooks(self, caller: Caller) -> Sequence[WebhookView]:
        """The caller's webhooks, oldest first. Raises SessionEnded."""

    @abstractmethod
    def get(self, webhook_id: UUID, caller: Caller) -> WebhookView:
        """Raises WebhookNotFound, also for another user's webhook, or SessionEnded."""

    @abstractmethod
    def deliveries(
        self, webhook_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[DeliveryView]:
        """Newest first, without a count. A cursor has a delivery's creation time and id.

        Raises WebhookNotFound or SessionEnded.
        """
