from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from domain.calendars.feed import FeedSecret

ENTRIES_MAX = 1_000
DESCRIPTION_MAX = 1_000  # characters; the calendar of a single event has the full text


@dataclass(frozen=True)
class ReadCalendarFeed:
    """Events that the owner attends or organises: the ENTRIES_MAX that start latest.

    `secret` may be any text. Raises CalendarNotFound.
    """

    calendars: CalendarQueries

    def __call__(self, secret: str) -> Sequence[CalendarEntry]:
        return self.calendars.entries(FeedSecret(secret).hash, ENTRIES_MAX, DESCRIPTION_MAX)
