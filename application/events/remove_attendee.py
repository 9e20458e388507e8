from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention


@dataclass(frozen=True)
class RemoveAttendee:
    """Take a user's seat at an event of the caller. The first in line gets it.

    The user can attend again. Raises EventNotFound, NotEventCreator, ReadOnlyEvent,
    AttendeeNotFound or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(self, event_id: UUID, user_id: UUID, caller: Caller) -> None:
        with self.new_work(caller) as work:
            event = work.events.get_seats_for_update(event_id, attendee=user_id)
            now = self.clock.now()
            event.remove_attendee(by=caller.user_id, now=now)
            event.promote(work.events.next_in_line, now)
            work.events.save(event)
            work.commit()
