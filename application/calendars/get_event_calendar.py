from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.calendar_queries import CalendarEntry, CalendarQueries


@dataclass(frozen=True)
class GetEventCalendar:
    """One event as a calendar entry. Raises EventNotFound or SessionEnded."""

    calendars: CalendarQueries

    def __call__(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        return self.calendars.entry(event_id, caller)
