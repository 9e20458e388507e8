from dataclasses import dataclass
from uuid import UUID

from application.ports.calendar_queries import CalendarEntry, CalendarQueries


@dataclass(frozen=True)
class ShowEventCalendar:
    """One event, as calendars show it. Raises EventNotFound."""

    calendars: CalendarQueries

    def __call__(self, event_id: UUID) -> CalendarEntry:
        return self.calendars.entry(event_id)
