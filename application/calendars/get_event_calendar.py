from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from domain.events.errors import EventNotPublished
from domain.events.state import EventState


@dataclass(frozen=True)
class GetEventCalendar:
    """One event as a calendar entry. Raises EventNotFound, EventNotPublished or SessionEnded."""

    calendars: CalendarQueries

    def __call__(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        entry = self.calendars.entry(event_id, caller)
        if entry.state is EventState.DRAFT:
            raise EventNotPublished
        return entry
