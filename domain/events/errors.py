"""Errors of events and attendance."""

from datetime import UTC, datetime
from uuid import UUID

from domain.errors import Conflict, Forbidden, NotFound


class EventNotFound(NotFound):
    code = "event_not_found"

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"Event {event_id} not found.")
        self.event_id = event_id


class NotEventCreator(Forbidden):
    code = "not_event_creator"

    def __init__(self) -> None:
        super().__init__("Only the event's creator can do this.")


class ReadOnlyEvent(Conflict):
    code = "read_only_event"

    def __init__(self) -> None:
        super().__init__(
            "The event has already started. You can no longer edit, call off, delete, attend, or "
            "leave it."
        )


class TooManyEvents(Conflict):
    code = "too_many_events"

    def __init__(self, max_upcoming: int) -> None:
        super().__init__(
            f"You already have the maximum of {max_upcoming:,} upcoming events. Delete one, or "
            "wait until one has started."
        )
        self.max_upcoming = max_upcoming


class CapacityExhausted(Conflict):
    code = "capacity_exhausted"

    def __init__(self, capacity: int) -> None:
        super().__init__(
            "The only seat is taken." if capacity == 1 else f"All {capacity:,} seats are taken."
        )
        self.capacity = capacity


class SeatsAvailable(Conflict):
    code = "seats_available"

    def __init__(self) -> None:
        super().__init__("The event has free seats. Attend it instead.")


class AlreadyAttending(Conflict):
    code = "already_attending"

    def __init__(self) -> None:
        super().__init__("You already attend the event.")


class WaitlistDisabled(Conflict):
    code = "waitlist_disabled"

    def __init__(self) -> None:
        super().__init__("The event's waitlist is disabled.")


class WaitlistFull(Conflict):
    code = "waitlist_full"

    def __init__(self, max_waiting: int) -> None:
        super().__init__(f"The waitlist is full: {max_waiting:,} people are waiting.")
        self.max_waiting = max_waiting


class AttendeeNotFound(NotFound):
    code = "attendee_not_found"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"User {user_id} does not attend the event.")
        self.user_id = user_id


class CapacityBelowAttendance(Conflict):
    code = "capacity_below_attendance"

    def __init__(self, capacity: int, attendees_count: int) -> None:
        super().__init__(
            f"Capacity cannot be lower than the number of attendees ({attendees_count:,})."
        )
        self.capacity = capacity
        self.attendees_count = attendees_count


class EventNotPublished(Conflict):
    code = "event_not_published"

    def __init__(self) -> None:
        super().__init__("The event is a draft. Publish or delete it.")


class EventCancelled(Conflict):
    code = "event_cancelled"

    def __init__(self) -> None:
        super().__init__("The event is cancelled.")


class RegistrationNotOpen(Conflict):
    code = "registration_not_open"

    def __init__(self, registration_opens_at: datetime) -> None:
        super().__init__(f"Registration opens on {_minute(registration_opens_at)}.")
        self.registration_opens_at = registration_opens_at


class RegistrationClosed(Conflict):
    code = "registration_closed"

    def __init__(self, registration_closes_at: datetime) -> None:
        super().__init__(f"Registration closed on {_minute(registration_closes_at)}.")
        self.registration_closes_at = registration_closes_at


class AttendeesHidden(Forbidden):
    code = "attendees_hidden"

    def __init__(self, visible_to: str) -> None:
        others = "" if visible_to == "organiser" else " and the attendees"
        super().__init__(f"Only the organiser{others} can list the attendees of this event.")


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d at %H:%M} UTC"
