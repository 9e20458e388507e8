from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, Select, func, select
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.event_conditions import attended_by, matching, ordering
from adapters.persistence.faults import naming_faults
from adapters.persistence.tables import attendances, events, users
from application.pages import Page, Window
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
        conditions = matching(criteria, viewer_id, now)
        count_found = select(func.count()).select_from(events).where(*conditions)
        # The page is chosen before it is joined: joined first, the planner may read every
        # attendance of the viewer.
        chosen = (
            select(events)
            .where(*conditions)
            .order_by(*ordering(events, criteria.sort))
            .limit(window.limit)
            .offset(window.offset)
            .subquery("chosen")
        )
        statement = _as_seen_by(viewer_id, chosen).order_by(*ordering(chosen, criteria.sort))
        with naming_faults(), self._engine.connect() as connection:
            count = connection.execute(count_found).scalar_one()
            rows = connection.execute(statement).all()
        return Page(count, [_view(row, now) for row in rows])

    def get(self, event_id: UUID, viewer_id: UUID, now: datetime) -> EventView:
        statement = _as_seen_by(viewer_id, events).where(events.c.id == event_id)
        with naming_faults(), self._engine.connect() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise EventNotFound(event_id)
        return _view(row, now)

    def attendees(self, event_id: UUID, window: Window) -> Page[AttendeeView]:
        count_taken = select(events.c.attendees_count).where(events.c.id == event_id)
        statement = (
            select(users.c.id, users.c.username, attendances.c.registered_at)
            .join_from(attendances, users)
            .where(attendances.c.event_id == event_id)
            .order_by(attendances.c.registered_at, attendances.c.user_id)
            .limit(window.limit)
            .offset(window.offset)
        )
        with naming_faults(), self._engine.connect() as connection:
            count = connection.execute(count_taken).scalar_one_or_none()
            if count is None:
                raise EventNotFound(event_id)
            rows = connection.execute(statement).all()
        return Page(count, [AttendeeView(row.id, row.username, row.registered_at) for row in rows])


def _as_seen_by(viewer_id: UUID, source: FromClause) -> Select[Any]:
    """The events of the source, each with its creator's name and the viewer's place."""
    is_attending = attended_by(viewer_id, source).label("is_attending")
    return select(source, users.c.username, is_attending).join_from(
        source, users, source.c.creator_id == users.c.id
    )


def _view(row: Row[Any], now: datetime) -> EventView:
    return EventView(
        id=row.id,
        title=row.title,
        description=row.description,
        start_time=row.start_time,
        end_time=row.end_time,
        capacity=row.capacity,
        status=Schedule(row.start_time, row.end_time).status_at(now),
        attendees_count=row.attendees_count,
        is_attending=row.is_attending,
        creator=Creator(row.creator_id, row.username),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
