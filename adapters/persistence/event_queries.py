from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, tuple_

from adapters.persistence.engine import reading
from adapters.persistence.event_conditions import Shape, values_of, values_of_position
from adapters.persistence.event_statements import DETAIL, count_of, page_of_events
from adapters.persistence.pages import one_more, page_of
from adapters.persistence.tables import attendances, events, users
from application.pages import Page, Position, Window
from application.ports.event_queries import (
    AttendeeView,
    Creator,
    EventCriteria,
    EventQueries,
    EventView,
)
from domain.events.errors import EventNotFound
from domain.events.schedule import Schedule


class PostgresEventQueries(EventQueries):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(
        self, criteria: EventCriteria, window: Window, viewer_id: UUID, now: datetime
    ) -> Page[EventView]:
        shape, values = Shape.of(criteria), values_of(criteria, viewer_id, now)
        values |= {"limit": one_more(window), "offset": window.offset}
        if window.after:
            values |= values_of_position(window.after)
        statement = page_of_events(
            shape, is_after=window.after is not None, is_counted=window.is_counted
        )
        count = None
        with reading(self._engine) as connection:
            rows: Sequence[Sequence[Any]] = connection.execute(statement, values).all()
            if window.is_counted:
                if rows:
                    count = rows[0][-1]
                else:
                    count = connection.execute(count_of(shape), values).scalar_one()
        views = [_view(row, now) for row in rows]
        return page_of(views, window, count, lambda view: Position(view.start_time, view.id))

    def get(self, event_id: UUID, viewer_id: UUID, now: datetime) -> EventView:
        values = {"event_id": event_id, "viewer_id": viewer_id}
        with reading(self._engine) as connection:
            row = connection.execute(DETAIL, values).one_or_none()
        if row is None:
            raise EventNotFound(event_id)
        return _view(row, now)

    def attendees(self, event_id: UUID, window: Window) -> Page[AttendeeView]:
        count_taken = select(events.c.attendees_count).where(events.c.id == event_id)
        place = tuple_(attendances.c.registered_at, attendances.c.user_id)
        statement = (
            select(users.c.id, users.c.username, attendances.c.registered_at)
            .join_from(attendances, users)
            .where(
                attendances.c.event_id == event_id,
                *([place > tuple_(*window.after)] if window.after else []),
            )
            .order_by(attendances.c.registered_at, attendances.c.user_id)
            .limit(one_more(window))
            .offset(window.offset)
        )
        with reading(self._engine) as connection:
            count = connection.execute(count_taken).scalar_one_or_none()
            if count is None:
                raise EventNotFound(event_id)
            rows = connection.execute(statement).all()
        views = [AttendeeView(row.id, row.username, row.registered_at) for row in rows]
        taken = count if window.is_counted else None
        return page_of(views, window, taken, lambda view: Position(view.registered_at, view.id))


def _view(row: Sequence[Any], now: datetime) -> EventView:
    (
        event_id,
        creator_id,
        title,
        description,
        start_time,
        end_time,
        capacity,
        attendees_count,
        created_at,
        updated_at,
        username,
        is_attending,
        *_,
    ) = row
    return EventView(
        id=event_id,
        title=title,
        description=description,
        start_time=start_time,
        end_time=end_time,
        capacity=capacity,
        status=Schedule(start_time, end_time).status_at(now),
        attendees_count=attendees_count,
        is_attending=is_attending,
        creator=Creator(creator_id, username),
        created_at=created_at,
        updated_at=updated_at,
    )
