from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.events.event import EventChanges


@dataclass(frozen=True)
class UpdateEvent:
    """Update an event that has not started.

    Raises EventNotFound, NotEventCreator, EventCancelled, ReadOnlyEvent, Invalid,
    CapacityBelowAttendance, PreconditionFailed, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    clock: Clock

    @retry_on_contention
    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        changes: EventChanges,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        with self.new_work(caller) as work:
            editor = work.users.get(caller.user_id)
            event = work.events.get_for_update(event_id, attendee=caller.user_id)
            now = self.clock.now()
            before = EventView.of(event, editor.username, now)
            event.edit(changes, caller.user_id, now)
            precondition(before)
            work.events.save(event)
            work.commit()
        # The editor is the creator.
        return EventView.of(event, editor.username, now)
