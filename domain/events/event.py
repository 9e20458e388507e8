"""An event and the rules for its seats."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.events.description import (
    NO_DESCRIPTION,
    NO_LOCATION,
    Capacity,
    Description,
    EventType,
    Location,
    Title,
)
from domain.events.errors import (
    CapacityBelowAttendance,
    CapacityExhausted,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.schedule import EventStatus, Schedule

MICROSECOND = timedelta(microseconds=1)
# Per creator, by default.
MAX_UPCOMING_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Seat:
    """One user's seat at an event; `registered_at` is None unless it is taken."""

    user_id: UUID
    registered_at: datetime | None = None

    @property
    def is_taken(self) -> bool:
        return self.registered_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What a creator sets."""

    title: Title
    description: Description = NO_DESCRIPTION
    start_time: datetime
    end_time: datetime
    capacity: Capacity
    type: EventType = EventType.OTHER
    location: Location = NO_LOCATION


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


# What a creator sets, besides the schedule.
DETAILS = tuple(
    field.name for field in fields(NewEvent) if field.name not in ("start_time", "end_time")
)


@dataclass
class EventSeats:
    """The part of an event that manages its seats: their number and the seat of one user.

    The list of attendees is never loaded: there may be a million, and every decision needs only
    their count and this seat.
    """

    id: UUID
    creator_id: UUID
    schedule: Schedule
    capacity: Capacity
    attendees_count: int
    seat: Seat

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


@dataclass
class Event(EventSeats):
    """A whole event, with its texts."""

    title: Title
    description: Description
    created_at: datetime
    updated_at: datetime
    type: EventType
    location: Location
    revision: int  # number of edits

    @classmethod
    def create(cls, new: NewEvent, event_id: UUID, creator_id: UUID, now: datetime) -> "Event":
        """An event without attendees: its creator attends only by taking a seat. Raises Invalid."""
        return cls(
            id=event_id,
            creator_id=creator_id,
            schedule=Schedule.planned(new.start_time, new.end_time, now),
            attendees_count=0,
            seat=Seat(creator_id),
            created_at=now,
            updated_at=now,
            revision=0,
            **{name: getattr(new, name) for name in DETAILS},
        )

    def edit(self, changes: EventChanges, editor_id: UUID, now: datetime) -> None:
        """Apply all changes or none. If nothing differs, it is no edit.

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
        before = replace(self)
        self.schedule = schedule
        for name in DETAILS:
            if (value := getattr(changes, name)) is not None:
                setattr(self, name, value)
        if self == before:
            return
        self.revision += 1
        # Increases with every edit, also where clocks differ: it identifies the edit.
        self.updated_at = max(now, self.updated_at + MICROSECOND)
