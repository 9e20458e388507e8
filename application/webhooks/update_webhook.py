from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import WebhookView
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.webhooks.webhook import WebhookChanges, WebhookUrl


@dataclass(frozen=True)
class UpdateWebhook:
    """Raises Invalid, WebhookUrlRefused, WebhookNotFound, PreconditionFailed or SessionEnded."""

    new_work: UnitOfWorkFactory
    clock: Clock
    allows_private_networks: bool

    @retry_on_contention
    def __call__(
        self,
        webhook_id: UUID,
        changes: WebhookChanges,
        caller: Caller,
        precondition: Precondition[WebhookView] = no_precondition,
    ) -> WebhookView:
        if (url := changes.get("url")) is not None:
            WebhookUrl(url, allows_private_networks=self.allows_private_networks)
        with self.new_work(caller) as work:
            webhook = work.webhooks.get_for_update(webhook_id, caller.user_id)
            precondition(WebhookView.of(webhook))
            webhook.edit(changes, self.clock.now())
            work.webhooks.save(webhook)
            work.commit()
        return WebhookView.of(webhook)
