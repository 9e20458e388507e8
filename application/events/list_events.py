from dataclasses import dataclass
from uuid import UUID

from application.pages import Page, Window
from application.ports.clock import Clock
from application.ports.event_queries import EventCriteria, EventQueries, EventView


@dataclass(frozen=True)
class ListEvents:
    """A page of the events that meet the criteria, as the viewer sees them now."""

    events: EventQueries
    clock: Clock

    def __call__(self, criteria: EventCriteria, window: Window, viewer_id: UUID) -> Page[EventView]:
        return self.events.find(criteria, window, viewer_id, now=self.clock.now())
