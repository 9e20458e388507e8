from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention


@dataclass(frozen=True)
class PublishEvent:
    """Publish a draft. Publishing twice changes nothing.

    Raises EventNotFound, NotEventCreator, EventCancelled, Invalid, PreconditionFailed, SessionEnded
    or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        with self.new_work(caller) as work:
            creator = work.users.get(caller.user_id)
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            before = EventView.of(event, creator.username, now)
            event.publish(by=caller.user_id, now=now)
            precondition(before)
            work.events.save(event)
            work.commit()
        return EventView.of(event, creator.username, now)
