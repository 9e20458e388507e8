from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.events.state import CancellationReason


@dataclass(frozen=True)
class CallOffEvent:
    """Cancel an event that has not started. Its attendees keep their seats.

    Repeating it changes nothing: the first reason stays. Raises EventNotFound, NotEventCreator,
    EventNotPublished, ReadOnlyEvent, PreconditionFailed, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        reason: CancellationReason,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        with self.new_work(caller) as work:
            creator = work.users.get(caller.user_id)
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            before = EventView.of(event, creator.username, now)
            event.call_off(reason, by=caller.user_id, now=now)
            precondition(before)
            work.events.save(event)
            work.commit()
        return EventView.of(event, creator.username, now)
