from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from application.ports.calendar_queries import CalendarEntry, CalendarQueries
from application.ports.clock import Clock
from domain.calendars.feed import FeedSecret

ENTRIES_MAX = 1_000
DESCRIPTION_MAX = 1_000  # characters; the calendar of a single event has the full text

# How long a cancelled event stays in the feed after its end.
CANCELLED_RETENTION = timedelta(days=30)


@dataclass(frozen=True)
class ReadCalendarFeed:
    """Events that the owner attends or organises: the ENTRIES_MAX that start latest.

    Excludes drafts, and cancelled events once CANCELLED_RETENTION has passed since their end.
    `secret` may be any text. Raises CalendarNotFound.
    """

    calendars: CalendarQueries
    clock: Clock

    def __call__(self, secret: str) -> Sequence[CalendarEntry]:
        secret_hash = FeedSecret(secret).hash
        cancelled_since = self.clock.now() - CANCELLED_RETENTION
        return self.calendars.entries(secret_hash, ENTRIES_MAX, DESCRIPTION_MAX, cancelled_since)
