from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.event_queries import EventQueries, EventView


@dataclass(frozen=True)
class GetEvent:
    """One event as the caller sees it now. Raises EventNotFound or SessionEnded."""

    events: EventQueries
    clock: Clock

    def __call__(self, event_id: UUID, caller: Caller) -> EventView:
        return self.events.get(event_id, caller, now=self.clock.now())
