from dataclasses import dataclass, replace
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.clock import Clock
from application.ports.event_queries import EventQueries, WaitlistEntryView
from domain.events.errors import NotEventCreator


@dataclass(frozen=True)
class ListWaitlist:
    """A page of the waitlist of an event of the caller, first in line first.

    Raises EventNotFound, NotEventCreator or SessionEnded.
    """

    events: EventQueries
    clock: Clock

    def __call__(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[WaitlistEntryView]:
        event = self.events.get(event_id, caller, self.clock.now())
        if event.creator.id != caller.user_id:
            raise NotEventCreator
        if event.waitlist_count:
            page = self.events.waitlist(event_id, page_request, caller)
        else:
            page = Page(None, (), None)  # entries of an ended waitlist may remain
        return replace(page, count=event.waitlist_count) if page_request.is_counted else page
