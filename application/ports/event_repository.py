from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.events.event import Event


class EventRepository(Protocol):
    @abstractmethod
    def add(self, event: Event) -> None:
        """Write a new event. Raises AccountDeleted when its creator has no account."""

    @abstractmethod
    def upcoming_of(self, user_id: UUID, now: datetime) -> Sequence[UUID]:
        """The upcoming events that this person created or has a seat at, in order of their ids."""

    @abstractmethod
    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        """The event with this person's seat, locked until the unit of work ends.

        Raises EventNotFound.
        """

    @abstractmethod
    def find_for_update(self, event_id: UUID, attendee: UUID) -> Event | None:
        """The same, but None where there is no such event."""

    @abstractmethod
    def save(self, event: Event) -> None:
        """Write an event that this unit of work loaded, and its seat where that changed.

        Raises AccountDeleted when who takes the seat has no account.
        """

    @abstractmethod
    def remove(self, event: Event) -> None:
        """Delete the event and all seats in it."""
