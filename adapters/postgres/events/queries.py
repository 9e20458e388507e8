from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from adapters.postgres.connection import Row
from adapters.postgres.events.filters import StatementKey, filter_values
from adapters.postgres.events.mappers import published_at
from adapters.postgres.events.statements import (
    DETAIL,
    bounds,
    count_of,
    page_of_attendees,
    page_of_events,
    page_of_waitlist,
)
from adapters.postgres.pages import page_of, page_values
from adapters.postgres.reader import Reader
from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.event_queries import (
    MAX_SORTED,
    AttendeeView,
    Creator,
    EventCriteria,
    EventQueries,
    EventView,
    TooManyMatches,
    WaitlistEntryView,
)
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import EventType
from domain.events.errors import EventNotFound
from domain.events.schedule import status_of
from domain.events.state import EventState

# The fields that are plain columns, in the order of the constructor.
_columns = attrgetter(*(field.name for field in fields(EventView) if not field.kw_only))


class PostgresEventQueries(EventQueries):
    detail = DETAIL
    page_of_attendees = staticmethod(page_of_attendees)
    page_of_waitlist = staticmethod(page_of_waitlist)

    def __init__(self, reader: Reader, max_sorted: int = MAX_SORTED) -> None:
        self._reader = reader
        self._max_sorted = max_sorted

    def find(
        self, criteria: EventCriteria, page_request: PageRequest, caller: Caller, now: datetime
    ) -> Page[EventView]:
        key, is_after = StatementKey.of(criteria), page_request.after is not None
        values = filter_values(criteria, caller.user_id, now)
        values |= page_values(page_request) | bounds(page_request, key, self._max_sorted)
        page = page_of_events(key, is_after=is_after, is_counted=page_request.is_counted)
        rows = self._reader.rows(page, values, caller)
        if rows and rows[0].id is None:
            raise TooManyMatches
        count = None
        if page_request.is_counted and rows:
            count = rows[0].total
        elif page_request.is_counted:
            is_first = not (is_after or page_request.offset)
            count = 0 if is_first else self._reader.rows(count_of(key), values, caller)[0].total
        return page_of(self._views(rows, now), page_request, count, criteria.sort.cursor_of)

    def get(self, event_id: UUID, caller: Caller, now: datetime) -> EventView:
        values = {"event_id": event_id, "viewer_id": caller.user_id}
        rows = self._reader.rows(self.detail, values, caller)
        if not rows:
            raise EventNotFound(event_id)
        [view] = self._views(rows, now)
        return view

    def _views(self, rows: Sequence[Row], now: datetime) -> Sequence[EventView]:
        return [event_view(row, row.creator_name, now) for row in rows]

    def attendees(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[AttendeeView]:
        values = {"event_id": event_id, **page_values(page_request)}
        sql = self.page_of_attendees(is_after=page_request.after is not None)
        rows = self._reader.rows(sql, values, caller)
        names = self._usernames(rows)
        views = [AttendeeView(row.id, names[row.id], row.registered_at) for row in rows]
        return page_of(views, page_request, None, lambda view: Cursor(view.registered_at, view.id))

    def waitlist(
        self, event_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[WaitlistEntryView]:
        values = {"event_id": event_id, **page_values(page_request)}
        sql = self.page_of_waitlist(is_after=page_request.after is not None)
        rows = self._reader.rows(sql, values, caller)
        names = self._usernames(rows)
        page = page_of(rows, page_request, None, lambda row: Cursor(row.number, row.id))
        views = [
            WaitlistEntryView(row.id, names[row.id], row.joined_at, row.position)
            for row in page.results
        ]
        return replace(page, results=views)

    def _usernames(self, rows: Sequence[Row]) -> Mapping[UUID, str | None]:
        """The names of people by id."""
        return {row.id: row.username for row in rows}


def event_view(row: Row, creator_name: str | None, now: datetime) -> EventView:
    return EventView(
        *_columns(row),
        type=EventType(row.type),
        state=EventState(row.state),
        visibility=Visibility(row.visibility),
        attendees_visible_to=AttendeesVisibleTo(row.attendees_visible_to),
        published_at=published_at(row),
        is_attending=row.is_attending,
        waitlist_position=row.waitlist_position,
        status=status_of(row.start_time, row.end_time, now),
        creator=Creator(row.creator_id, creator_name),
    )
