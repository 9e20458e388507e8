from datetime import datetime
from uuid import UUID

from adapters.persistence.driver import Row
from adapters.persistence.event_finding import values_of_walk
from adapters.persistence.event_shapes import Shape, values_of
from adapters.persistence.event_statements import (
    COUNT_OF_ATTENDEES,
    DETAIL,
    count_of,
    page_of_attendees,
    page_of_events,
)
from adapters.persistence.pages import page_of, values_of_window
from adapters.persistence.reader import Reader
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

# By their names: a dictionary finds one in a third of the time that the enum takes.
TYPES = {str(each): each for each in EventType}


class PostgresEventQueries(EventQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find(
        self, criteria: EventCriteria, window: Window, viewer_id: UUID, now: datetime
    ) -> Page[EventView]:
        shape, is_after = Shape.of(criteria), window.after is not None
        values = values_of(criteria, viewer_id, now)
        values |= values_of_window(window) | values_of_walk(window)
        page = page_of_events(shape, is_after=is_after, is_counted=window.is_counted)
        rows = self._reader.rows(page, values)
        count = None
        if window.is_counted:
            # In every row of the page, if there is one. A first page without any says it, too.
            is_first = not (is_after or window.offset)
            counted = rows or ([(0,)] if is_first else self._reader.rows(count_of(shape), values))
            count = counted[0][-1]
        views = [_view(row, now) for row in rows]
        return page_of(views, window, count, criteria.sort.position_of)

    def get(self, event_id: UUID, viewer_id: UUID, now: datetime) -> EventView:
        rows = self._reader.rows(DETAIL, {"event_id": event_id, "viewer_id": viewer_id})
        if not rows:
            raise EventNotFound(event_id)
        return _view(rows[0], now)

    def attendees(self, event_id: UUID, window: Window) -> Page[AttendeeView]:
        values = {"event_id": event_id, **values_of_window(window)}
        counted = self._reader.rows(COUNT_OF_ATTENDEES, values)
        if not counted:
            raise EventNotFound(event_id)
        count = counted[0][0] if window.is_counted else None
        page = page_of_attendees(is_after=window.after is not None)
        views = [AttendeeView(*row) for row in self._reader.rows(page, values)]
        return page_of(views, window, count, lambda view: Position(view.registered_at, view.id))


def _view(row: Row, now: datetime) -> EventView:
    """A page's rows may have its count at their end."""
    (
        event_id,
        title,
        description,
        start_time,
        end_time,
        capacity,
        attendees_count,
        created_at,
        updated_at,
        event_type,
        location,
        is_attending,
        creator_id,
        username,
        *_,
    ) = row
    return EventView(
        event_id,
        title,
        description,
        start_time,
        end_time,
        capacity,
        attendees_count,
        created_at,
        updated_at,
        TYPES[event_type],
        location,
        is_attending,
        status_of(start_time, end_time, now),
        Creator(creator_id, username),
    )
