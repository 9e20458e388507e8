from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.webhook_queries import WebhookQueries, WebhookView


@dataclass(frozen=True)
class GetWebhook:
    """Raises WebhookNotFound, also for another user's webhook, or SessionEnded."""

    webhooks: WebhookQueries

    def __call__(self, webhook_id: UUID, caller: Caller) -> WebhookView:
        return self.webhooks.get(webhook_id, caller)
