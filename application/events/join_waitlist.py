from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention


@dataclass
class WaitlistPlace:
    """Position 1 is the first in line."""

    position: int
    joined_at: datetime
    is_new: bool


@dataclass(frozen=True)
class JoinWaitlist:
    """Put the caller at the end of the waitlist. Joining twice changes nothing.

    Raises EventNotFound, EventNotPublished, EventCancelled, ReadOnlyEvent, AlreadyAttending,
    RegistrationNotOpen, RegistrationClosed, SeatsAvailable, WaitlistDisabled, WaitlistFull or
    SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(self, event_id: UUID, caller: Caller) -> WaitlistPlace:
        with self.new_work(caller) as work:
            event = work.events.get_seats_for_update(event_id, attendee=caller.user_id)
            is_new = event.waitlist_entry is None
            entry = event.join_waitlist(now=self.clock.now())
            if not is_new:
                position = work.events.waitlist_position(event_id, entry.number)
                return WaitlistPlace(position, entry.joined_at, is_new=False)
            work.events.save(event)
            work.commit()
        return WaitlistPlace(event.waitlist_count, entry.joined_at, is_new=True)
