from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from domain.events.description import EventType


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event as calendars show it: to everyone the same."""

    id: UUID
    title: str
    description: str
    location: str
    type: EventType
    start_time: datetime
    end_time: datetime
    created_at: datetime
    updated_at: datetime
    revision: int  # how often it was edited


class CalendarQueries(Protocol):
    """Reads that nothing is decided on later: without a lock, each one statement."""

    @abstractmethod
    def entry(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        """Raises EventNotFound or SessionEnded."""

    @abstractmethod
    def feed_opened_at(self, caller: Caller) -> datetime | None:
        """When the caller's feed was created; None without one. Raises SessionEnded."""

    @abstractmethod
    def entries(self, secret_hash: bytes, limit: int, length: int) -> Sequence[CalendarEntry]:
        """What the owner of the feed attends or organises, the latest start first, ties by id.

        At most `limit`; of longer descriptions `length` characters and an ellipsis. Raises
        CalendarNotFound where no feed has this hash.
        """
