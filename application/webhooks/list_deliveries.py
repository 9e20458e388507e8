from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.webhook_queries import DeliveryView, WebhookQueries


@dataclass(frozen=True)
class ListDeliveries:
    """A webhook's deliveries, newest first. Raises WebhookNotFound or SessionEnded."""

    webhooks: WebhookQueries

    def __call__(
        self, webhook_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[DeliveryView]:
        return self.webhooks.deliveries(webhook_id, page_request, caller)
