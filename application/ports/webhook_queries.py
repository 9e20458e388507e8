from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from domain.webhooks.delivery import DeliveryState
from domain.webhooks.webhook import DisabledReason


@dataclass
class WebhookView:
    """A webhook as its owner sees it, without the secret. No types means all types."""

    id: UUID
    url: str
    description: str
    types: Sequence[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    created_at: datetime


@dataclass
class DeliveryView:
    """`status`, `duration_ms`, `error` and `response` are of the last attempt."""

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
        """Newest first. Raises WebhookNotFound or SessionEnded."""
