from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import WebhookView
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention


@dataclass(frozen=True)
class DeleteWebhook:
    """Pending deliveries are not sent.

    Raises WebhookNotFound, PreconditionFailed or SessionEnded.
    """

    new_work: UnitOfWorkFactory

    @retry_on_contention
    def __call__(
        self,
        webhook_id: UUID,
        caller: Caller,
        precondition: Precondition[WebhookView] = no_precondition,
    ) -> None:
        with self.new_work(caller) as work:
            webhook = work.webhooks.get_for_update(webhook_id, caller.user_id)
            precondition(WebhookView.of(webhook))
            work.webhooks.remove(webhook)
            work.commit()
