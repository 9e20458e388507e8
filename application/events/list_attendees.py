from dataclasses import dataclass, replace
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.clock import Clock
from application.ports.event_queries import AttendeeView, EventQueries
from domain.events.access import require_attendees_visible


@dataclass(frozen=True)
class ListAttendees:
    """A page of attendees in order of registration.

    Raises EventNotFound, AttendeesHidden or SessionEnded.
    """

    events: EventQueries
    clock: Clock

    def __call__(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        event = self.events.get(event_id, caller, self.clock.now())
        require_attendees_visible(
            event.attendees_visible_to,
            event.creator.id,
            caller.user_id,
            is_attending=event.is_attending,
        )
        page = self.events.attendees(event_id, page_request, caller)
        return replace(page, count=event.attendees_count) if page_request.is_counted else page
