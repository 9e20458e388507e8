from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest, SortValue
from domain.events.description import EventType
from domain.events.event import Event
from domain.events.schedule import EventStatus
from domain.events.search import Search


@dataclass
class Creator:
    """The name is None when the account is gone."""

    id: UUID
    username: str | None


@dataclass
class EventView:
    """An event as one viewer sees it at one instant: the same in lists and alone."""

    id: UUID
    title: str
    description: str
    start_time: datetime
    end_time: datetime
    capacity: int
    attendees_count: int
    created_at: datetime
    updated_at: datetime
    location: str
    _: KW_ONLY  # computed; those above are stored columns
    seats_left: int = field(init=False)
    type: EventType
    is_attending: bool
    status: EventStatus
    creator: Creator

    def __post_init__(self) -> None:
        self.seats_left = self.capacity - self.attendees_count

    @classmethod
    def of(cls, event: Event, creator_name: str | None, now: datetime) -> "EventView":
        """What the person whose seat the event carries sees of it."""
        values = {
            field.name: getattr(event, field.name)
            for field in fields(cls)
            if field.init and hasattr(event, field.name)
        }
        return cls(
            start_time=event.schedule.start_time,
            end_time=event.schedule.end_time,
            is_attending=event.seat.is_taken,
            status=event.schedule.status_at(now),
            creator=Creator(event.creator_id, creator_name),
            **values,
        )


@dataclass
class AttendeeView:
    """Who attends; `id` is the person's, and the name None when their account is gone."""

    id: UUID
    username: str | None
    registered_at: datetime


class EventSort(Enum):
    """Orders by one field, ties by id in the same direction: no page repeats or skips an event.

    Titles are compared without regard to case.
    """

    SOONEST_FIRST = "start_time", False
    LATEST_FIRST = "start_time", True
    OLDEST_FIRST = "created_at", False
    NEWEST_FIRST = "created_at", True
    BY_TITLE = "title", False
    BY_TITLE_BACKWARDS = "title", True
    FEWEST_ATTENDEES_FIRST = "attendees_count", False
    MOST_ATTENDEES_FIRST = "attendees_count", True

    def __init__(self, field: str, is_descending: bool) -> None:
        self.field = field
        self.is_descending = is_descending

    @property
    def kind(self) -> type[SortValue]:
        """The type of the field."""
        match self.field:
            case "title":
                return str
            case "attendees_count":
                return int
            case _:
                return datetime

    def position_of(self, view: EventView) -> Cursor:
        return Cursor(getattr(view, self.field), view.id)


@dataclass(frozen=True, slots=True)
class EventCriteria:
    """Which events; None does not restrict. False asks for the complement of True."""

    attending: bool | None = None
    created: bool | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None
    ends_before: datetime | None = None
    status: EventStatus | None = None
    type: EventType | None = None
    creator: str | None = None  # a username in any case
    available: bool | None = None  # whether seats are left
    search: Search | None = None
    sort: EventSort = EventSort.SOONEST_FIRST


class EventQueries(Protocol):
    """Reads that nothing is decided on later: without a lock, a page and its count one statement
    each at most, whatever the number of events and attendees."""

    @abstractmethod
    def find(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller, now: datetime
    ) -> Page[EventView]:
        """The events that meet all criteria; bounds on start and end are inclusive.

        Raises SessionEnded.
        """

    @abstractmethod
    def get(self, event_id: UUID, caller: Caller, now: datetime) -> EventView:
        """Raises EventNotFound or SessionEnded."""

    @abstractmethod
    def attendees(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        """In order of registration. Raises EventNotFound or SessionEnded."""
