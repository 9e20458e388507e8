from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import DeliveryView
from application.retries import retry_on_contention


@dataclass(frozen=True)
class RetryDelivery:
    """Deliver again, now, whatever the state of the delivery is.

    Raises WebhookNotFound, DeliveryNotFound, WebhookDisabled or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(self, webhook_id: UUID, delivery_id: UUID, caller: Caller) -> DeliveryView:
        with self.new_work(caller) as work:
            webhook = work.webhooks.get_for_update(webhook_id, caller.user_id)
            delivery = work.deliveries.get_for_update(delivery_id, webhook_id)
            webhook.require_enabled()
            delivery.retry(webhook.queue_time(self.clock.now()))
            work.deliveries.save(delivery)
            work.commit()
        return DeliveryView.of(delivery)
