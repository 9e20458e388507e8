from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention


@dataclass(frozen=True)
class LeaveWaitlist:
    """Take the caller off the waitlist. Leaving without waiting changes nothing.

    Raises EventNotFound, ReadOnlyEvent or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(self, event_id: UUID, caller: Caller) -> None:
        with self.new_work(caller) as work:
            event = work.events.get_seats_for_update(event_id, attendee=caller.user_id)
            event.leave_waitlist(now=self.clock.now())
            work.events.save(event)
            work.commit()
