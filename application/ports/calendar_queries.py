from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from domain.events.description import EventType
from domain.events.state import EventState


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event in a calendar; the same for every viewer."""

    id: UUID
    title: str
    description: str
    location: str
    type: EventType
    start_time: datetime
    end_time: datetime
    timezone: str
    state: EventState
    cancellation_reason: str | None
    created_at: datetime
    updated_at: datetime
    revision: int  # number of edits and transitions


class CalendarQueries(Protocol):
    """Reads without locks; one statement each."""

    @abstractmethod
    def entry(self, event_id: UUID, caller: Caller) -> CalendarEntry:
        """Raises EventNotFound, also for another user's draft, or SessionEnded."""

    @abstractmethod
    def feed_created_at(self, caller: Caller) -> datetime | None:
        """When the caller's feed was created; None without one. Raises SessionEnded."""

    @abstractmethod
    def entries(
        self, secret_hash: bytes, limit: int, length: int, cancelled_since: datetime
    ) -> Sequence[CalendarEntry]:
        """Events that the owner of the feed attends or organises; latest start first, ties by id.

        At most `limit`. Excludes drafts, and cancelled events that end before `cancelled_since`.
        Longer descriptions are cut to `length` characters and an ellipsis.
        Raises CalendarNotFound if no feed has this hash.
        """
