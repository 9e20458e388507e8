"""An event and the rules of its seats."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.events.description import NOWHERE, Capacity, Description, EventType, Location, Title
from domain.events.errors import (
    CapacityBelowAttendance,
    CapacityExhausted,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.schedule import EventStatus, Schedule

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's place at an event: taken since `registered_at`, or not taken (None)."""

    user_id: UUID
    registered_at: datetime | None = None

    @property
    def is_taken(self) -> bool:
        return self.registered_at is not None


@dataclass(frozen=True, slots=True)
class EventChanges:
    """What an edit sets; None leaves a value as it is."""

    title: Title | None = None
    description: Description | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    capacity: Capacity | None = None
    type: EventType | None = None
    location: Location | None = None


@dataclass
class Event:
    """An event as one person meets it: how many seats are taken, and whether theirs (`seat`) is.

    The roster itself is never here: an event may have a million attendees, and every decision
    needs only their count and this one seat.
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
    revision: int  # how often it was edited

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
        type: EventType = EventType.OTHER,  # noqa: A002  # as everywhere
        location: Location = NOWHERE,
    ) -> "Event":
        """A new event without attendees: its creator attends only by taking a seat."""
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
        """Apply the changes, or none of them.

        Raises NotEventCreator, ReadOnlyEvent, Invalid or CapacityBelowAttendance.
        """
        self._require_creator(editor_id)
        self._require_upcoming(now)
        # An upcoming event's own times lie ahead, so only what is set can fall behind `now`.
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
        # Increases with every edit, also where clocks differ: it identifies the edit.
        self.updated_at = max(now, self.updated_at + MICROSECOND)

    def require_deletable(self, by: UUID, now: datetime) -> None:
        """Raises NotEventCreator or ReadOnlyEvent."""
        self._require_creator(by)
        self._require_upcoming(now)

    def attend(self, now: datetime) -> None:
        """Take the seat. Attending twice changes nothing, on a full event too.

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
        """Give the seat back. Cancelling without attending changes nothing.

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
