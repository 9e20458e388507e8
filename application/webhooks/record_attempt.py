from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.delivery_metrics import DeliveryMetrics, Outcome
from application.ports.delivery_repository import ClaimedDelivery
from application.ports.random import Jitter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from domain.webhooks.webhook import DisabledReason

OUTCOMES = {
    DeliveryState.SUCCEEDED: Outcome.SUCCESS,
    DeliveryState.PENDING: Outcome.RETRY,
    DeliveryState.FAILED: Outcome.FAILURE,
}


@dataclass(frozen=True)
class RecordAttempt:
    """Save the outcome of an attempt, unless its lease was replaced.

    If the endpoint is gone, or after the last attempt, disables the webhook and returns the reason.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    jitter: Jitter
    metrics: DeliveryMetrics

    def __call__(self, claimed: ClaimedDelivery, attempt: Attempt) -> DisabledReason | None:
        delivery = self._save(claimed, attempt)
        if delivery is None:
            return None
        self.metrics.count_webhook(OUTCOMES[delivery.state], attempt.duration.total_seconds())
        return delivery.reason_to_disable()

    @retry_on_contention
    def _save(self, claimed: ClaimedDelivery, attempt: Attempt) -> Delivery | None:
        with self.new_work() as work:
            # First, in the order of other units of work.
            webhook = work.webhooks.find_for_update(claimed.webhook.id)
            delivery = work.deliveries.find_leased_for_update(claimed.delivery.id, claimed.lease_id)
            if delivery is None:
                return None
            delivery.record(attempt, self.clock.now(), self.jitter())
            work.deliveries.save(delivery)
            if webhook and (reason := delivery.reason_to_disable()):
                webhook.disable(reason)
                work.webhooks.save(webhook)
            work.commit()
        return delivery
