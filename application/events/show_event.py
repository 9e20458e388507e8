from dataclasses import dataclass
from uuid import UUID

from application.ports.clock import Clock
from application.ports.event_queries import EventQueries, EventView


@dataclass(frozen=True)
class ShowEvent:
    """One event, as the viewer sees it now. Raises EventNotFound."""

    events: EventQueries
    clock: Clock

    def __call__(self, event_id: UUID, viewer_id: UUID) -> EventView:
        return self.events.get(event_id, viewer_id, now=self.clock.now())
