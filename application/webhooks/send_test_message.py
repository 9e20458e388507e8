from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.messages.bodies import TEST, webhook_test_body
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import DeliveryView
from application.retries import retry_on_contention
from domain.webhooks.delivery import Delivery, WebhookMessage


@dataclass(frozen=True)
class SendTestMessage:
    """Queue a message that is only for this webhook.

    Raises WebhookNotFound, WebhookDisabled or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId

    @retry_on_contention
    def __call__(self, webhook_id: UUID, caller: Caller) -> DeliveryView:
        with self.new_work(caller) as work:
            webhook = work.webhooks.get_for_update(webhook_id, caller.user_id)
            webhook.require_enabled()
            now = webhook.queue_time(self.clock.now())
            message = WebhookMessage(self.new_id(), TEST, webhook_test_body(webhook, now))
            delivery = Delivery.queue(self.new_id(), webhook.id, message, now)
            work.deliveries.add_all([delivery])
            work.commit()
        return DeliveryView.of(delivery)
