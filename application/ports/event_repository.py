from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.events.event import Event


class EventRepository(Protocol):
    @abstractmethod
    def add(self, event: Event) -> None:
        """Raises AccountDeleted if the creator's account is deleted."""

    @abstractmethod
    def upcoming_of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        """Upcoming events that the user created or attends, ordered by id."""

    @abstractmethod
    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        """The event with this user's seat, locked until the unit of work ends.

        Raises EventNotFound.
        """

    @abstractmethod
    def find_for_update(self, event_id: UUID, attendee: UUID) -> Event | None:
        """Like `get_for_update`, but None if there is no such event."""

    @abstractmethod
    def save(self, event: Event) -> None:
        """Save an event that this unit of work loaded, and its seat.

        Raises AccountDeleted if the seat is taken by a deleted account.
        """

    @abstractmethod
    def remove(self, event: Event) -> None:
        """Delete the event and its seats."""
