"""An event and the rules for its seats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events.description import NOWHERE, Capacity, Description, EventType, Location, Title
from domain.events.errors import (
    CapacityBelowAttendance,
    CapacityExhausted,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.schedule import EventStatus, Schedule


@dataclass(frozen=True, slots=True)
class Seat:
    """One user's seat at an event; `registered_at` is None unless it is taken."""

    user_id: UUID
    registered_at: datetime | None = None

    @property
    def is_taken(self) -> bool:
        return self.registered_at is not None


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The fields to change; None leaves a field unchanged."""

    title: Title | None = None
    description: Description | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    capacity: Capacity | None = None
    type: EventType | None = None
    location: Location | None = None


@dataclass
class Event:
    """An event with the number of attendees and the seat of one user.

    The list of attendees is never loaded: there may be a million, and every decision needs only
    their count and this seat.
    """

    id: UUID
    creator_id: UUID
    title: Title
    description: Description
    schedule: Schedule
    capacity: Capacity
    attendees_count: int
    seat: Seat
    created_at: datetime
    updated_at: datetime
    type: EventType
    location: Location
    revision: int  # number of edits

    @classmethod
    def publish(
        cls,
        *,
        event_id: UUID,
        creator_id: UUID,
        title: Title,
        description: Description,
        schedule: Schedule,
        capacity: Capacity,
        now: datetime,
        type: EventType = EventType.OTHER,  # noqa: A002  # the name of the field
        location: Location = NOWHERE,
    ) -> "Event":
        """Create an event without attendees. The creator does not attend automatically."""
        return cls(
            id=event_id,
            creator_id=creator_id,
            title=title,
            description=description,
            schedule=schedule,
            capacity=capacity,
            attendees_count=0,
            seat=Seat(creator_id),
            created_at=now,
            updated_at=now,
            type=type,
            location=location,
            revision=0,
        )

    def edit(self, changes: EventChanges, editor_id: UUID, now: datetime) -> None:
        """Apply all changes or none.

        Raises NotEventCreator, ReadOnlyEvent, Invalid or CapacityBelowAttendance.
        """
        self._require_creator(editor_id)
        self._require_upcoming(now)
        # The stored times of an upcoming event are in the future: only new ones can be invalid.
        schedule = Schedule.planned(
            changes.start_time or self.schedule.start_time,
            changes.end_time or self.schedule.end_time,
            now,
        )
        capacity = self.capacity if changes.capacity is None else changes.capacity
        if capacity < self.attendees_count:
            raise CapacityBelowAttendance(capacity, self.attendees_count)
        self.title = self.title if changes.title is None else changes.title
        self.description = self.description if changes.description is None else changes.description
        self.schedule = schedule
        self.capacity = capacity
        self.type = self.type if changes.type is None else changes.type
        self.location = self.location if changes.location is None else changes.location
        self.revision += 1
        self.updated_at = now

    def require_deletable(self, by: UUID, now: datetime) -> None:
        """Raises NotEventCreator or ReadOnlyEvent."""
        self._require_creator(by)
        self._require_upcoming(now)

    def attend(self, now: datetime) -> None:
        """Take the seat. Attending twice changes nothing, even if the event is full.

        Raises ReadOnlyEvent or CapacityExhausted.
        """
        self._require_upcoming(now)
        if self.seat.is_taken:
            return
        if self.attendees_count >= self.capacity:
            raise CapacityExhausted(self.capacity)
        self.seat = Seat(self.seat.user_id, registered_at=now)
        self.attendees_count += 1

    def cancel(self, now: datetime) -> None:
        """Give up the seat. Cancelling without attending changes nothing.

        Raises ReadOnlyEvent.
        """
        self._require_upcoming(now)
        if not self.seat.is_taken:
            return
        self.seat = Seat(self.seat.user_id)
        self.attendees_count -= 1

    def is_upcoming(self, now: datetime) -> bool:
        return self.schedule.status_at(now) is EventStatus.UPCOMING

    def _require_creator(self, user_id: UUID) -> None:
        if user_id != self.creator_id:
            raise NotEventCreator

    def _require_upcoming(self, now: datetime) -> None:
        if not self.is_upcoming(now):
            raise ReadOnlyEvent
