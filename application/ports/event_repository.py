from abc import abstractmethod
from typing import Protocol
from uuid import UUID

from domain.events.event import Event


class EventRepository(Protocol):
    @abstractmethod
    def add(self, event: Event) -> None:
        """Write a new event. Its creator must exist."""

    @abstractmethod
    def get_for_update(self, event_id: UUID, attendee: UUID) -> Event:
        """The event with this person's seat, locked until the unit of work ends.

        Raises EventNotFound.
        """

    @abstractmethod
    def save(self, event: Event) -> None:
        """Write an event that this unit of work loaded, and its seat where that changed."""

    @abstractmethod
    def remove(self, event: Event) -> None:
        """Delete the event and all seats in it."""
