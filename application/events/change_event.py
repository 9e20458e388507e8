from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.event_repository import EventRepository
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition
from application.retries import retry_on_contention
from domain.events.event import Event


@dataclass(frozen=True)
class ChangeEvent:
    """Base class of the use cases in which a creator changes an event."""

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def _change(
        self,
        event_id: UUID,
        caller: Caller,
        change: Callable[[Event, datetime], None],
        precondition: Precondition[EventView],
    ) -> EventView:
        """Call `change` with the locked event and the time, then save and commit.

        `change` must reject everyone but the creator. `precondition` gets the event before it.
        Afterwards, free seats go to the first in line.
        """
        with self.new_work(caller) as work:
            creator = work.users.get(caller.user_id)
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            before = view_of(event, creator.username, now, work.events)
            change(event, now)
            precondition(before)
            event.promote(work.events.next_in_line, now)
            work.events.save(event)
            after = view_of(event, creator.username, now, work.events)
            work.commit()
        return after


def view_of(
    event: Event, creator_name: str, now: datetime, repository: EventRepository
) -> EventView:
    """The view of the user whose seat or waitlist entry is in `event`."""
    entry = event.waitlist_entry
    position = repository.waitlist_position(event.id, entry.number) if entry else None
    return EventView.of(event, creator_name, now, position)
