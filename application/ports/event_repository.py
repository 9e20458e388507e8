from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.events.event import MAX_UPCOMING_EVENTS, Event, EventSeats
from domain.events.waitlist import WaitlistEntry


class EventRepository(Protocol):
    """Moves the messages that events have recorded to the outbox, in the same transaction."""

    @abstractmethod
    def add(self, event: Event, max_upcoming: int = MAX_UPCOMING_EVENTS) -> str:
        """Add a new event. Returns the creator's username.

        Raises TooManyEvents if the creator already has `max_upcoming` upcoming events, or
        AccountDeleted. Events that concurrent requests add are not counted.
        """

    @abstractmethod
    def add_and_commit(self, event: Event, max_upcoming: int) -> str:
        """Like `add`, and commit. Must be the unit of work's only change. Raises OutcomeUnknown."""

    @abstractmethod
    def affected_by_deletion_for_update(
        self, user_id: UUID, now: datetime, limit: int
    ) -> Sequence[Event]:
        """The events that the deletion of an account still has to change, with the user's place.

        These are the user's drafts, their upcoming events that are not cancelled, and the upcoming
        events that they attend or wait for; at most `limit`, in order of id. They are locked until
        the unit of work ends.
        """

    @abstractmethod
    def find(self, event_id: UUID) -> Event | None:
        """The event without its creator's seat, not locked: it must not be saved."""

    @abstractmethod
    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        """The event with this user's seat or waitlist entry, locked until the unit of work ends.

        Raises EventNotFound.
        """

    @abstractmethod
    def get_seats_for_update(self, event_id: UUID, attendee: UUID) -> EventSeats:
        """Like `get_for_update`, but loads only what decides about seats."""

    @abstractmethod
    def next_in_line(self, event_id: UUID, limit: int) -> Sequence[WaitlistEntry]:
        """Implements NextInLine, for an event that this unit of work has locked."""

    @abstractmethod
    def waitlist_position(self, event_id: UUID, number: int) -> int:
        """The number of entries up to and including this number. Reads them all."""

    @abstractmethod
    def save(self, event: EventSeats) -> None:
        """Save an event that this unit of work loaded, its user's place, and promotions.

        Raises AccountDeleted if a new seat or waitlist entry belongs to a deleted account.
        """

    @abstractmethod
    def remove(self, event: EventSeats) -> None:
        """Delete the event, its seats and its waitlist."""
