from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.calendar_queries import CalendarQueries
from domain.calendars.errors import NoCalendarFeed


@dataclass(frozen=True)
class ShowCalendarFeed:
    """When the user's feed was made; its secret is shown at that moment only.

    Raises NoCalendarFeed.
    """

    calendars: CalendarQueries

    def __call__(self, user_id: UUID) -> datetime:
        opened_at = self.calendars.feed_opened_at(user_id)
        if opened_at is None:
            raise NoCalendarFeed
        return opened_at
