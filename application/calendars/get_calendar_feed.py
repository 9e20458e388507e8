from dataclasses import dataclass
from datetime import datetime

from application.caller import Caller
from application.ports.calendar_queries import CalendarQueries
from domain.calendars.errors import NoCalendarFeed


@dataclass(frozen=True)
class GetCalendarFeed:
    """When the user's feed was made; its secret is shown at that moment only.

    Raises NoCalendarFeed or SessionEnded.
    """

    calendars: CalendarQueries

    def __call__(self, caller: Caller) -> datetime:
        opened_at = self.calendars.feed_opened_at(caller)
        if opened_at is None:
            raise NoCalendarFeed
        return opened_at
