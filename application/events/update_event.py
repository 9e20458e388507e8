from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.events.change_event import ChangeEvent
from application.ports.event_queries import EventView
from application.preconditions import Precondition, no_precondition
from domain.events.event import Event, EventChanges


class UpdateEvent(ChangeEvent):
    """Update an event that has not started.

    Raises EventNotFound, NotEventCreator, EventCancelled, ReadOnlyEvent, Invalid,
    CapacityBelowAttendance, PreconditionFailed, SessionEnded or AccountDeleted.
    """

    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        changes: EventChanges,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        def edit(event: Event, now: datetime) -> None:
            event.edit(changes, caller.user_id, now)

        return self._change(event_id, caller, edit, precondition)
