"""When an event takes place, and its status at an instant."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import Invalid


class EventStatus(StrEnum):
    UPCOMING = "upcoming"
    ONGOING = "ongoing"
    PAST = "past"


def status_of(start_time: datetime, end_time: datetime, now: datetime) -> EventStatus:
    """Exactly one status holds at any instant."""
    if now < start_time:
        return EventStatus.UPCOMING
    if now < end_time:
        return EventStatus.ONGOING
    return EventStatus.PAST


@dataclass(frozen=True, slots=True)
class Schedule:
    """`start_time` is inclusive, `end_time` exclusive. Raises Invalid unless start < end."""

    start_time: datetime
    end_time: datetime

    def __post_init__(self) -> None:
        if self.end_time <= self.start_time:
            raise Invalid("end_time", "Must be after start_time.")

    @classmethod
    def planned(cls, start_time: datetime, end_time: datetime, now: datetime) -> "Schedule":
        """Create a schedule in the future. Raises Invalid."""
        for name, instant in (("start_time", start_time), ("end_time", end_time)):
            if instant <= now:
                raise Invalid(name, "Must be in the future.")
        return cls(start_time, end_time)

    def status_at(self, now: datetime) -> EventStatus:
        return status_of(self.start_time, self.end_time, now)
