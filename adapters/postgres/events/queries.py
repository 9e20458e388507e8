from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from adapters.postgres.connection import Row
from adapters.postgres.events.filters import Shape, values_of
from adapters.postgres.events.statements import (
    COUNT_OF_ATTENDEES,
    DETAIL,
    count_of,
    page_of_attendees,
    page_of_events,
    values_of_walk,
)
from adapters.postgres.pages import page_of, values_of_window
from adapters.postgres.reader import Reader
from application.caller import Caller
from application.pages import Page, Position, Window
from application.ports.event_queries import (
    AttendeeView,
    Creator,
    EventCriteria,
    EventQueries,
    EventView,
)
from domain.events.description import EventType
from domain.events.errors import EventNotFound
from domain.events.schedule import status_of

# What a view shows as it is stored, in the order of its fields.
_stored = attrgetter(*(field.name for field in fields(EventView) if not field.kw_only))


class PostgresEventQueries(EventQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find(
        self, criteria: EventCriteria, window: Window, caller: Caller, now: datetime
    ) -> Page[EventView]:
        shape, is_after = Shape.of(criteria), window.after is not None
        values = values_of(criteria, caller.user_id, now)
        values |= values_of_window(window) | values_of_walk(window)
        page = page_of_events(shape, is_after=is_after, is_counted=window.is_counted)
        rows = self._reader.rows(page, values, caller)
        count = None
        if window.is_counted and rows:
            count = rows[0].total
        elif window.is_counted:
            is_first = not (is_after or window.offset)
            count = 0 if is_first else self._reader.rows(count_of(shape), values, caller)[0].total
        views = [_view(row, now) for row in rows]
        return page_of(views, window, count, criteria.sort.position_of)

    def get(self, event_id: UUID, caller: Caller, now: datetime) -> EventView:
        values = {"event_id": event_id, "viewer_id": caller.user_id}
        rows = self._reader.rows(DETAIL, values, caller)
        if not rows:
            raise EventNotFound(event_id)
        return _view(rows[0], now)

    def attendees(self, event_id: UUID, window: Window, caller: Caller) -> Page[AttendeeView]:
        values = {"event_id": event_id, **values_of_window(window)}
        counted = self._reader.rows(COUNT_OF_ATTENDEES, values, caller)
        if not counted:
            raise EventNotFound(event_id)
        count = counted[0].attendees_count if window.is_counted else None
        page = page_of_attendees(is_after=window.after is not None)
        rows = self._reader.rows(page, values, caller)
        views = [AttendeeView(**row._asdict()) for row in rows]
        return page_of(views, window, count, lambda view: Position(view.registered_at, view.id))


def _view(row: Row, now: datetime) -> EventView:
    return EventView(
        *_stored(row),
        type=EventType(row.type),
        is_attending=row.is_attending,
        status=status_of(row.start_time, row.end_time, now),
        creator=Creator(row.creator_id, row.creator_name),
    )
