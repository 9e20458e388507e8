from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports.clock import Clock
from application.ports.delivery_repository import ClaimedDelivery
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.webhooks.delivery import LEASE

# At a time: a slow endpoint delays only its own deliveries.
PER_WEBHOOK = 4
# Outdated deliveries that fail at a time.
BATCH = 1_000


@dataclass(frozen=True)
class ClaimDeliveries:
    """Lease due deliveries, to send them outside the transaction. Fail outdated ones.

    If the process dies, they are due again after LEASE.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId

    @retry_on_contention
    def __call__(self, limit: int, in_flight: Mapping[UUID, int]) -> Sequence[ClaimedDelivery]:
        """At most `limit`. `in_flight` has the caller's attempts for each webhook."""
        with self.new_work() as work:
            now = self.clock.now()
            # One batch, so that the long queue of a disabled webhook does not delay others.
            work.deliveries.fail_outdated(now, BATCH)
            claimed = work.deliveries.claim_due(
                now,
                limit=limit,
                per_webhook=PER_WEBHOOK,
                in_flight=in_flight,
                lease_id=self.new_id(),
                lease_until=now + LEASE,
            )
            work.commit()
        return claimed
