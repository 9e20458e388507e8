from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.event_queries import AttendeeView, EventQueries


@dataclass(frozen=True)
class ListAttendees:
    """A page of attendees in order of registration.

    Raises EventNotFound or SessionEnded.
    """

    events: EventQueries

    def __call__(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        return self.events.attendees(event_id, page_request, caller)
