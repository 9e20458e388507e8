from dataclasses import dataclass
from datetime import datetime

from application.caller import Caller
from application.ports.calendar_queries import CalendarQueries
from domain.calendars.errors import NoCalendarFeed


@dataclass(frozen=True)
class GetCalendarFeed:
    """When the caller's feed was created. Raises NoCalendarFeed or SessionEnded."""

    calendars: CalendarQueries

    def __call__(self, caller: Caller) -> datetime:
        created_at = self.calendars.feed_created_at(caller)
        if created_at is None:
            raise NoCalendarFeed
        return created_at
