"""Errors of events and attendance."""

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
            "The event has already started. You can no longer edit, delete, attend, or leave it."
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
            "The only seat is taken." if capacity == 1 else f"All {capacity} seats are taken."
        )
        self.capacity = capacity


class CapacityBelowAttendance(Conflict):
    code = "capacity_below_attendance"

    def __init__(self, capacity: int, attendees_count: int) -> None:
        super().__init__(
            f"Capacity cannot be lower than the number of attendees ({attendees_count})."
        )
        self.capacity = capacity
        self.attendees_count = attendees_count
