from dataclasses import dataclass
from uuid import UUID

from application.ports.calendar_feeds import CalendarFeeds
from domain.calendars.feed import CalendarFeed


@dataclass
class MemoryCalendarFeeds(CalendarFeeds):
    feeds: dict[UUID, CalendarFeed]

    def put(self, feed: CalendarFeed) -> None:
        self.feeds[feed.user_id] = feed

    def remove(self, user_id: UUID) -> None:
        self.feeds.pop(user_id, None)
