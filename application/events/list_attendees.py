from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.pages import Page, Window
from application.ports.event_queries import AttendeeView, EventQueries


@dataclass(frozen=True)
class ListAttendees:
    """A page of the people who attend, in order of registration.

    Raises EventNotFound or SessionEnded.
    """

    events: EventQueries

    def __call__(self, event_id: UUID, window: Window, caller: Caller) -> Page[AttendeeView]:
        return self.events.attendees(event_id, window, caller)
