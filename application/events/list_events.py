from dataclasses import dataclass

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.clock import Clock
from application.ports.event_queries import EventCriteria, EventQueries, EventView


@dataclass(frozen=True)
class ListEvents:
    """A page of the events that match the criteria, as the caller sees them now.

    Raises SessionEnded or TooManyMatches.
    """

    events: EventQueries
    clock: Clock

    def __call__(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller
    ) -> Page[EventView]:
        return self.events.find(criteria, page_request, caller, now=self.clock.now())
