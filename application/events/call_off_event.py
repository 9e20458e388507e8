from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.events.change_event import ChangeEvent
from application.ports.event_queries import EventView
from application.preconditions import Precondition, no_precondition
from domain.events.event import Event
from domain.events.state import CancellationReason


class CallOffEvent(ChangeEvent):
    """Cancel an event that has not started. Its attendees keep their seats.

    Repeating it changes nothing: the first reason stays. Raises EventNotFound, NotEventCreator,
    EventNotPublished, ReadOnlyEvent, PreconditionFailed, SessionEnded or AccountDeleted.
    """

    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        reason: CancellationReason,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        def call_off(event: Event, now: datetime) -> None:
            event.call_off(reason, by=caller.user_id, now=now)

        return self._change(event_id, caller, call_off, precondition)
