from datetime import datetime
from uuid import UUID

from application.caller import Caller
from application.events.change_event import ChangeEvent
from application.ports.event_queries import EventView
from application.preconditions import Precondition, no_precondition
from domain.events.event import Event


class PublishEvent(ChangeEvent):
    """Publish a draft. Publishing twice changes nothing.

    Raises EventNotFound, NotEventCreator, EventCancelled, Invalid, PreconditionFailed, SessionEnded
    or AccountDeleted.
    """

    def __call__(
        self,
        event_id: UUID,
        caller: Caller,
        precondition: Precondition[EventView] = no_precondition,
    ) -> EventView:
        def publish(event: Event, now: datetime) -> None:
            event.publish(by=caller.user_id, now=now)

        return self._change(event_id, caller, publish, precondition)
