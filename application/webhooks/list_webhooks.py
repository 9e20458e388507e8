from collections.abc import Sequence
from dataclasses import dataclass

from application.caller import Caller
from application.ports.webhook_queries import WebhookQueries, WebhookView


@dataclass(frozen=True)
class ListWebhooks:
    """The caller's webhooks, oldest first. Raises SessionEnded."""

    webhooks: WebhookQueries

    def __call__(self, caller: Caller) -> Sequence[WebhookView]:
        return self.webhooks.webhooks(caller)
