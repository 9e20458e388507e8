from abc import abstractmethod
from collections.abc import Callable
from typing import Protocol, TypeAlias
from uuid import UUID

from domain.calendars.feed import CalendarFeed, FeedSecret

# Returns a new secret of SECRET_BYTES random bytes.
NewFeedSecret: TypeAlias = Callable[[], FeedSecret]


class CalendarFeeds(Protocol):
    @abstractmethod
    def put(self, feed: CalendarFeed) -> None:
        """Insert the feed, or replace its owner's current one."""

    @abstractmethod
    def remove(self, user_id: UUID) -> None:
        """Delete the user's feed, if there is one."""
