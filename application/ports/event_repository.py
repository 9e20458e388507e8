from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.events.event import MAX_UPCOMING_EVENTS, Event, EventSeats


class EventRepository(Protocol):
    @abstractmethod
    def add(self, event: Event, max_upcoming: int = MAX_UPCOMING_EVENTS) -> str:
        """Add a new event. Returns the creator's username.

        Raises TooManyEvents if the creator already has `max_upcoming` upcoming events, or
        AccountDeleted. Events that concurrent requests add are not counted.
        """

    @abstractmethod
    def add_and_commit(self, event: Event, max_upcoming: int) -> str:
        """Like `add`, and commits: the only change of its unit of work. Raises OutcomeUnknown."""

    @abstractmethod
    def to_leave_for_update(self, user_id: UUID, now: datetime, limit: int) -> Sequence[EventSeats]:
        """Events to leave when an account is deleted, with the user's seat: at most `limit`.

        The user's drafts, and upcoming events that the user attends, or created and that are not
        cancelled; in order of id. They are locked until the unit of work ends.
        """

    @abstractmethod
    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        """The event with this user's seat, locked until the unit of work ends.

        Raises EventNotFound.
        """

    @abstractmethod
    def get_seats_for_update(self, event_id: UUID, attendee: UUID) -> EventSeats:
        """Like `get_for_update`, without the event's texts."""

    @abstractmethod
    def save(self, event: EventSeats) -> None:
        """Save an event that this unit of work loaded, and its seat.

        Raises AccountDeleted if the seat is taken by a deleted account.
        """

    @abstractmethod
    def remove(self, event: EventSeats) -> None:
        """Delete the event and its seats."""
