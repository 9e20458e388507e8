from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest, SortValue
from domain.errors import Invalid
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import EventType
from domain.events.event import Event
from domain.events.schedule import EventStatus
from domain.events.search import Search
from domain.events.state import EventState

# The most events that a list reads to sort or filter them without an index: about 50 ms. A search
# reads at most a quarter.
MAX_SORTED = 20_000


class TooManyMatches(Invalid):
    """No index has the list in order, and too many events would have to be read."""

    code = "too_many_matches"

    def __init__(self) -> None:
        super().__init__(
            "sort",
            "This list would have to read too many events. Add a period, type, creator or rarer "
            "search word, or sort by start_time.",
        )


@dataclass
class Creator:
    """`username` is None if the account is deleted."""

    id: UUID
    username: str | None


@dataclass
class EventView:
    """An event as one user sees it at one instant, in lists and details."""

    id: UUID
    title: str
    description: str
    start_time: datetime
    end_time: datetime
    timezone: str
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    capacity: int
    attendees_count: int
    waitlist_enabled: bool
    waitlist_count: int
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    cancellation_reason: str | None
    location: str
    _: KW_ONLY  # fields above are columns; fields below are computed or converted
    seats_left: int = field(init=False)
    type: EventType
    state: EventState
    visibility: Visibility
    attendees_visible_to: AttendeesVisibleTo
    published_at: datetime | None  # None for a draft
    is_attending: bool
    waitlist_position: int | None  # 1 for the first in line; None unless the user waits
    status: EventStatus
    creator: Creator

    def __post_init__(self) -> None:
        self.seats_left = self.capacity - self.attendees_count
        if self.state is not EventState.PUBLISHED or self.status is not EventStatus.UPCOMING:
            # The waitlist has ended, even if its entries are still stored.
            self.waitlist_count, self.waitlist_position = 0, None

    @classmethod
    def of(
        cls,
        event: Event,
        creator_name: str | None,
        now: datetime,
        waitlist_position: int | None = None,
    ) -> "EventView":
        """The view of the user whose seat or waitlist entry is in `event`."""
        values = {
            field.name: getattr(event, field.name)
            for field in fields(cls)
            if field.init and hasattr(event, field.name)
        }
        return cls(
            start_time=event.schedule.start_time,
            end_time=event.schedule.end_time,
            registration_opens_at=event.registration.opens_at,
            registration_closes_at=event.registration.closes_at,
            is_attending=event.seat.is_taken,
            waitlist_position=waitlist_position,
            status=event.schedule.status_at(now),
            creator=Creator(event.creator_id, creator_name),
            **values,
        )


@dataclass
class AttendeeView:
    """`id` is the user's; `username` is None if the account is deleted."""

    id: UUID
    username: str | None
    registered_at: datetime


@dataclass
class WaitlistEntryView:
    """`id` is the user's; `username` is None if the account is deleted."""

    id: UUID
    username: str | None
    joined_at: datetime
    position: int  # 1 for the first in line


class EventSort(Enum):
    """Orders by one field, ties by id in the same direction. Titles ignore case."""

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

    def cursor_of(self, view: EventView) -> Cursor:
        return Cursor(getattr(view, self.field), view.id)


@dataclass(frozen=True, slots=True)
class EventCriteria:
    """Filters and sort order; None does not filter, False is the complement of True."""

    attending: bool | None = None
    waiting: bool | None = None
    created: bool | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None
    ends_before: datetime | None = None
    status: EventStatus | None = None
    type: EventType | None = None
    creator: str | None = None  # a username, case-insensitive
    available: bool | None = None  # whether the event is published and has seats left
    state: EventState | None = None
    # Only published, upcoming events with open registration and seats left.
    is_registration_open: bool = False
    search: Search | None = None
    sort: EventSort = EventSort.SOONEST_FIRST


class EventQueries(Protocol):
    """Reads without locks; at most one statement for a page and one for its count."""

    @abstractmethod
    def find(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller, now: datetime
    ) -> Page[EventView]:
        """Events that match all criteria; bounds on start and end are inclusive.

        Includes drafts only for their creator, unlisted events only for their creator, attendees
        and waitlist. Raises SessionEnded, or TooManyMatches if more than MAX_SORTED events
        would have to be sorted by attendees_count. Other lists may raise TooManyMatches, too,
        except lists in order of start_time without `search`, `available`, `is_registration_open`,
        `attending` and `waiting`. Never for the events that the caller created, attends or waits
        for, or for the caller's drafts.
        """

    @abstractmethod
    def get(self, event_id: UUID, caller: Caller, now: datetime) -> EventView:
        """Raises EventNotFound, also for another user's draft, or SessionEnded."""

    @abstractmethod
    def attendees(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        """In order of registration, without a count. Raises SessionEnded.

        Checks neither that the event exists nor that the caller may see its attendees.
        """

    @abstractmethod
    def waitlist(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[WaitlistEntryView]:
        """First in line first, without a count. A cursor has an entry's number and user id.

        Raises SessionEnded. Checks neither that the event exists nor that the caller may see its
        waitlist.
        """
