from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from domain.calendars.feed import FeedSecret

ENTRIES_MAX = 1_000
DESCRIPTION_MAX = 1_000  # characters; the calendar of one event has all of them


@dataclass(frozen=True)
class ReadCalendarFeed:
    """What the owner of the feed attends or organises: the ENTRIES_MAX that start latest.

    Any text may be given for a secret. Raises CalendarNotFound.
    """

    calendars: CalendarQueries

    def __call__(self, secret: str) -> Sequence[CalendarEntry]:
        return self.calendars.entries(FeedSecret(secret).hash, ENTRIES_MAX, DESCRIPTION_MAX)
