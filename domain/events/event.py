"""An event and the rules for its seats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID

from domain.errors import Invalid
from domain.events.access import AttendeesVisibleTo, Visibility
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
    AlreadyAttending,
    AttendeeNotFound,
    CapacityBelowAttendance,
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    SeatsAvailable,
    WaitlistDisabled,
    WaitlistFull,
)
from domain.events.messages import Message, MessageType
from domain.events.registration import RegistrationWindow
from domain.events.schedule import EventStatus, Schedule
from domain.events.state import CancellationReason, EventState
from domain.events.time_zone import UTC, TimeZone
from domain.events.waitlist import MAX_WAITING, NextInLine, WaitlistEntry

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
    """What a creator sets. `state` is DRAFT or PUBLISHED."""

    title: Title
    description: Description = NO_DESCRIPTION
    start_time: datetime
    end_time: datetime
    timezone: TimeZone = UTC
    capacity: Capacity
    type: EventType = EventType.OTHER
    location: Location = NO_LOCATION
    visibility: Visibility = Visibility.PUBLIC
    attendees_visible_to: AttendeesVisibleTo = AttendeesVisibleTo.EVERYONE
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    waitlist_enabled: bool = True
    state: EventState = EventState.PUBLISHED


class EventChanges(TypedDict, total=False):
    """The fields to change. None removes a bound of the registration window."""

    title: Title
    description: Description
    start_time: datetime
    end_time: datetime
    timezone: TimeZone
    capacity: Capacity
    type: EventType
    location: Location
    visibility: Visibility
    attendees_visible_to: AttendeesVisibleTo
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    waitlist_enabled: bool


# Fields that `edit` copies from the changes; the others are parts of value objects.
DETAILS = (
    *("title", "description", "timezone", "capacity", "type", "location"),
    *("visibility", "attendees_visible_to", "waitlist_enabled"),
)


@dataclass
class EventSeats:
    """The part of an event that decides about its seats, with the place of one user.

    The lists of attendees and of people who wait are never loaded: they can be long, and a decision
    only needs their counts, this user's seat or waitlist entry, and the first in line.

    The waitlist ends when the event starts or is called off. Its entries may remain stored.
    """

    id: UUID
    creator_id: UUID
    state: EventState
    schedule: Schedule
    registration: RegistrationWindow
    capacity: Capacity
    attendees_count: int
    waitlist_enabled: bool
    waitlist_count: int
    last_waitlist_number: int  # never decreases: people who rejoin are last
    seat: Seat
    waitlist_entry: WaitlistEntry | None  # of the same user, who never has both
    # The seats that `promote` has given to others since the event was loaded.
    promoted: Sequence[Seat] = field(default_factory=tuple, init=False, compare=False)
    # What happened since the event was loaded, in order.
    messages: list[Message] = field(default_factory=list, init=False, compare=False)

    def delete(self, by: UUID, now: datetime) -> None:
        """A draft can always be deleted. Raises EventNotFound, NotEventCreator or ReadOnlyEvent."""
        self._require_creator(by)
        if self.state is not EventState.DRAFT:
            self._require_upcoming(now)
        self._record(MessageType.EVENT_DELETED, now)

    def attend(self, now: datetime) -> None:
        """Take the seat. Attending twice changes nothing, even if the event is full.

        A waiting user who finds a free seat leaves the waitlist. That can only happen while
        `promote` changes nothing, or after an instance of the previous release freed a seat.
        Raises EventNotFound, EventNotPublished, EventCancelled, ReadOnlyEvent, RegistrationNotOpen,
        RegistrationClosed or CapacityExhausted.
        """
        self._require_published_and_upcoming(now)
        if self.seat.is_taken:
            return
        self.registration.require_open(now)
        if self.attendees_count >= self.capacity:
            raise CapacityExhausted(self.capacity)
        self._remove_waitlist_entry(now)
        self.seat = Seat(self.seat.user_id, registered_at=now)
        self.attendees_count += 1
        self._record(MessageType.ATTENDANCE_CREATED, now, self.seat.user_id)

    def cancel(self, now: datetime) -> None:
        """Give up the seat, even if the event is cancelled. Without a seat, nothing changes.

        Raises EventNotFound or ReadOnlyEvent.
        """
        self._require_visible_to(self.seat.user_id)
        self._require_upcoming(now)
        if self.seat.is_taken:
            self._give_up_seat(now)

    def remove_attendee(self, by: UUID, now: datetime) -> None:
        """Take the seat from its holder, even if the event is cancelled.

        Raises EventNotFound, NotEventCreator, ReadOnlyEvent or AttendeeNotFound.
        """
        self._require_creator(by)
        self._require_upcoming(now)
        if not self.seat.is_taken:
            raise AttendeeNotFound(self.seat.user_id)
        self._give_up_seat(now)

    def join_waitlist(self, now: datetime) -> WaitlistEntry:
        """Go to the end of the line. Joining twice changes nothing.

        Raises EventNotFound, EventNotPublished, EventCancelled, ReadOnlyEvent, AlreadyAttending,
        RegistrationNotOpen, RegistrationClosed, SeatsAvailable, WaitlistDisabled or WaitlistFull.
        """
        self._require_published_and_upcoming(now)
        if self.seat.is_taken:
            raise AlreadyAttending
        if self.waitlist_entry:
            return self.waitlist_entry
        self.registration.require_open(now)
        if self.attendees_count < self.capacity:
            raise SeatsAvailable
        if not self.waitlist_enabled:
            raise WaitlistDisabled
        if self.waitlist_count >= MAX_WAITING:
            raise WaitlistFull(MAX_WAITING)
        self.last_waitlist_number += 1
        self.waitlist_count += 1
        self.waitlist_entry = WaitlistEntry(self.seat.user_id, self.last_waitlist_number, now)
        self._record(MessageType.WAITLIST_JOINED, now, self.seat.user_id)
        return self.waitlist_entry

    def leave_waitlist(self, now: datetime) -> None:
        """Leaving without waiting changes nothing. Raises EventNotFound or ReadOnlyEvent."""
        self._require_visible_to(self.seat.user_id)
        self._require_upcoming(now)
        self._remove_waitlist_entry(now)

    def promote(self, next_in_line: NextInLine, now: datetime) -> None:
        """Give the free seats to the first in line. Call it after every change that frees seats.

        Changes nothing unless the event is published and upcoming, its waitlist is enabled, and
        registration has not closed. It need not have opened: people on the waitlist have already
        registered.
        """
        count = min(self.capacity - self.attendees_count, self.waitlist_count)
        if count <= 0 or not self._is_promoting(now):
            return
        seats = [Seat(entry.user_id, registered_at=now) for entry in next_in_line(self.id, count)]
        self.attendees_count += len(seats)
        self.waitlist_count -= len(seats)
        for seat in seats:
            self._record(MessageType.ATTENDANCE_PROMOTED, now, seat.user_id)
            if seat.user_id == self.seat.user_id:
                self.waitlist_entry, self.seat = None, seat
        self.promoted = [seat for seat in seats if seat is not self.seat]

    def is_upcoming(self, now: datetime) -> bool:
        return self.schedule.status_at(now) is EventStatus.UPCOMING

    def _is_promoting(self, now: datetime) -> bool:
        return (
            self.state is EventState.PUBLISHED
            and self.is_upcoming(now)
            and self.waitlist_enabled
            and not self.registration.is_closed(now)
        )

    def _give_up_seat(self, now: datetime) -> None:
        self.seat = Seat(self.seat.user_id)
        self.attendees_count -= 1
        self._record(MessageType.ATTENDANCE_CANCELLED, now, self.seat.user_id)

    def _remove_waitlist_entry(self, now: datetime) -> None:
        if self.waitlist_entry:
            self.waitlist_entry = None
            self.waitlist_count -= 1
            self._record(MessageType.WAITLIST_LEFT, now, self.seat.user_id)

    def _record(
        self, message_type: MessageType, now: datetime, user_id: UUID | None = None
    ) -> None:
        self.messages.append(Message(message_type, now, user_id))

    def _require_published_and_upcoming(self, now: datetime) -> None:
        self._require_visible_to(self.seat.user_id)
        if self.state is EventState.DRAFT:
            raise EventNotPublished
        self._require_not_cancelled()
        self._require_upcoming(now)

    def _require_visible_to(self, user_id: UUID) -> None:
        if self.state is EventState.DRAFT and user_id != self.creator_id:
            raise EventNotFound(self.id)

    def _require_creator(self, user_id: UUID) -> None:
        self._require_visible_to(user_id)
        if user_id != self.creator_id:
            raise NotEventCreator

    def _require_not_cancelled(self) -> None:
        if self.state is EventState.CANCELLED:
            raise EventCancelled

    def _require_upcoming(self, now: datetime) -> None:
        if not self.is_upcoming(now):
            raise ReadOnlyEvent


@dataclass
class Event(EventSeats):
    """A whole event, with its texts."""

    title: Title
    description: Description
    timezone: TimeZone
    type: EventType
    location: Location
    visibility: Visibility
    attendees_visible_to: AttendeesVisibleTo
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None  # None for a draft
    cancelled_at: datetime | None
    cancellation_reason: CancellationReason | None  # None unless cancelled
    revision: int  # number of edits and transitions

    @classmethod
    def create(cls, new: NewEvent, event_id: UUID, creator_id: UUID, now: datetime) -> "Event":
        """An event without attendees: its creator attends only by taking a seat. Raises Invalid."""
        if new.state is EventState.CANCELLED:
            raise Invalid("state", "Must be draft or published.")
        registration = RegistrationWindow(new.registration_opens_at, new.registration_closes_at)
        schedule = Schedule.planned(new.start_time, new.end_time, now)
        registration.require_before(schedule.start_time)
        event = cls(
            id=event_id,
            creator_id=creator_id,
            state=new.state,
            schedule=schedule,
            registration=registration,
            attendees_count=0,
            waitlist_count=0,
            last_waitlist_number=0,
            cancelled_at=None,
            cancellation_reason=None,
            seat=Seat(creator_id),
            waitlist_entry=None,
            created_at=now,
            published_at=now if new.state is EventState.PUBLISHED else None,
            updated_at=now,
            revision=0,
            **{name: getattr(new, name) for name in DETAILS},
        )
        if event.state is EventState.PUBLISHED:
            event._record(MessageType.EVENT_PUBLISHED, now)
        return event

    def edit(self, changes: EventChanges, editor_id: UUID, now: datetime) -> None:
        """Apply all changes or none. If nothing differs, it is no edit.

        A draft can be edited even after its start, if its new times are in the future.
        Raises EventNotFound, NotEventCreator, EventCancelled, ReadOnlyEvent, Invalid or
        CapacityBelowAttendance.
        """
        self._require_creator(editor_id)
        self._require_not_cancelled()
        if self.state is EventState.PUBLISHED:
            self._require_upcoming(now)
        # The stored times of an upcoming event are in the future: only new ones can be invalid.
        schedule = Schedule.planned(
            changes.get("start_time", self.schedule.start_time),
            changes.get("end_time", self.schedule.end_time),
            now,
        )
        registration = RegistrationWindow(
            changes.get("registration_opens_at", self.registration.opens_at),
            changes.get("registration_closes_at", self.registration.closes_at),
        )
        registration.require_before(schedule.start_time)
        capacity = changes.get("capacity", self.capacity)
        if capacity < self.attendees_count:
            raise CapacityBelowAttendance(capacity, self.attendees_count)
        before = self._editable()
        self.schedule, self.registration = schedule, registration
        for name in DETAILS:
            if name in changes:
                setattr(self, name, changes[name])  # type: ignore[literal-required]
        after = self._editable()
        previous = {name: value for name, value in before.items() if value != after[name]}
        if previous:
            self._revise(now)
            self.messages.append(Message(MessageType.EVENT_UPDATED, now, previous=previous))

    def publish(self, by: UUID, now: datetime) -> None:
        """Publish a draft. Repeating it changes nothing.

        Raises EventNotFound, NotEventCreator or EventCancelled, or Invalid unless the draft's times
        are in the future.
        """
        self._require_creator(by)
        self._require_not_cancelled()
        if self.state is EventState.PUBLISHED:
            return
        Schedule.planned(self.schedule.start_time, self.schedule.end_time, now)
        self.state = EventState.PUBLISHED
        self.published_at = now
        self._revise(now)
        self._record(MessageType.EVENT_PUBLISHED, now)

    def call_off(self, reason: CancellationReason, by: UUID, now: datetime) -> None:
        """Cancel the event permanently. Attendees keep their seats. Repeating it changes nothing.

        Raises EventNotFound, NotEventCreator, EventNotPublished or ReadOnlyEvent.
        """
        self._require_creator(by)
        if self.state is EventState.DRAFT:
            raise EventNotPublished
        if self.state is EventState.CANCELLED:
            return
        self._require_upcoming(now)
        self.state = EventState.CANCELLED
        self.cancelled_at = now
        self.cancellation_reason = reason
        self._revise(now)
        self._record(MessageType.EVENT_CANCELLED, now)

    def _editable(self) -> dict[str, Any]:
        """The fields of EventChanges."""
        return {
            "start_time": self.schedule.start_time,
            "end_time": self.schedule.end_time,
            "registration_opens_at": self.registration.opens_at,
            "registration_closes_at": self.registration.closes_at,
            **{name: getattr(self, name) for name in DETAILS},
        }

    def _revise(self, now: datetime) -> None:
        self.revision += 1
        # Increases with every revision, even if clocks differ: it identifies the revision.
        self.updated_at = max(now, self.updated_at + MICROSECOND)
