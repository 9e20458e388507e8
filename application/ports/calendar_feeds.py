from abc import abstractmethod
from collections.abc import Callable
from typing import Protocol, TypeAlias
from uuid import UUID

from domain.calendars.feed import CalendarFeed, FeedSecret

# One that nobody can guess, at each call: made of as many random bytes as SECRET_BYTES says.
NewFeedSecret: TypeAlias = Callable[[], FeedSecret]


class CalendarFeeds(Protocol):
    @abstractmethod
    def put(self, feed: CalendarFeed) -> None:
        """Write the feed, in the place of the one that its owner has."""

    @abstractmethod
    def remove(self, user_id: UUID) -> None:
        """Delete the feed of the person, if there is one."""
