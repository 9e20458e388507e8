"""What can be refused about events and seats."""

from uuid import UUID

from domain.errors import Conflict, Forbidden, NotFound


class EventNotFound(NotFound):
    code = "event_not_found"

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"There is no event {event_id}.")
        self.event_id = event_id


class NotEventCreator(Forbidden):
    code = "not_event_creator"

    def __init__(self) -> None:
        super().__init__("Only the creator of the event may do this.")


class ReadOnlyEvent(Conflict):
    code = "read_only_event"

    def __init__(self) -> None:
        super().__init__("The event has started: it can't be changed, deleted, attended or left.")


class CapacityExhausted(Conflict):
    code = "capacity_exhausted"

    def __init__(self, capacity: int) -> None:
        super().__init__(f"All {capacity} seats are taken.")
        self.capacity = capacity


class CapacityBelowAttendance(Conflict):
    code = "capacity_below_attendance"

    def __init__(self, capacity: int, attendees_count: int) -> None:
        super().__init__(f"{attendees_count} seats are taken: {capacity} would be too few.")
        self.capacity = capacity
        self.attendees_count = attendees_count
