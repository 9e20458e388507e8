"""The criteria of the event list as SQL."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, and_, exists
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.tables import attendances, events
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.schedule import EventStatus


def matching(
    criteria: EventCriteria, viewer_id: UUID, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    return tuple(_conditions(criteria, viewer_id, now))


def _conditions(
    criteria: EventCriteria, viewer_id: UUID, now: datetime
) -> Iterator[ColumnElement[bool]]:
    if criteria.attending is not None:
        is_attending = attended_by(viewer_id, events)
        yield is_attending if criteria.attending else ~is_attending
    if criteria.created is not None:
        is_creator = events.c.creator_id == viewer_id
        yield is_creator if criteria.created else ~is_creator
    if criteria.starts_after is not None:
        yield events.c.start_time >= criteria.starts_after
    if criteria.starts_before is not None:
        yield events.c.start_time <= criteria.starts_before
    if criteria.status is not None:
        yield has_status(criteria.status, now)


def attended_by(user_id: UUID, source: FromClause) -> Exists:
    """Whether the person has a seat at the event that a row of the source is."""
    return exists().where(attendances.c.event_id == source.c.id, attendances.c.user_id == user_id)


def has_status(status: EventStatus, now: datetime) -> ColumnElement[bool]:
    """The SQL of Schedule.status_at; a contract test holds them together."""
    match status:
        case EventStatus.UPCOMING:
            return events.c.start_time > now
        case EventStatus.ONGOING:
            return and_(events.c.start_time <= now, events.c.end_time > now)
        case EventStatus.PAST:
            return events.c.end_time <= now


def ordering(source: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    match sort:
        case EventSort.SOONEST_FIRST:
            return (source.c.start_time, source.c.id)
        case EventSort.LATEST_FIRST:
            return (source.c.start_time.desc(), source.c.id.desc())
