from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.events.state import ACCOUNT_DELETED, EventState

# Events per unit of work: they stay locked until it ends.
BATCH = 100


@dataclass(frozen=True)
class WithdrawFromEvents:
    """Call off a deleted account's upcoming events, delete its drafts, and give up its seats.

    Also take it off waitlists. The seats go to the first in line. After an interruption, call it
    again to continue. Published events that have started by then remain.
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
            events = work.events.affected_by_deletion_for_update(user_id, now, BATCH)
            for event in events:
                if event.state is EventState.DRAFT:
                    event.delete(by=user_id, now=now)
                    work.events.remove(event)
                    continue
                if event.creator_id == user_id:
                    event.call_off(ACCOUNT_DELETED, by=user_id, now=now)
                event.cancel(now)
                event.leave_waitlist(now)
                event.promote(work.events.next_in_line, now)
                work.events.save(event)
            work.commit()
        return len(events)
