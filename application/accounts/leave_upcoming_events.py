from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention

# Events per unit of work: they stay locked until it ends.
BATCH = 100


@dataclass(frozen=True)
class LeaveUpcomingEvents:
    """Delete a deleted account's upcoming events, and give back its seats in those of others.

    After an interruption, call it again to continue. Events that have started by then remain.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    def __call__(self, user_id: UUID) -> None:
        # The same instant for all batches, so that no event starts while this runs.
        now = self.clock.now()
        while self._leave_batch(user_id, now) == BATCH:
            pass

    @retry_on_contention
    def _leave_batch(self, user_id: UUID, now: datetime) -> int:
        with self.new_work() as work:
            upcoming = work.events.upcoming_for_update(user_id, now, BATCH)
            for event in upcoming:
                if event.creator_id == user_id:
                    event.require_deletable(by=user_id, now=now)
                    work.events.remove(event)
                else:
                    event.cancel(now)
                    work.events.save(event)
            work.commit()
        return len(upcoming)
