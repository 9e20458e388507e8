"""The criteria of the event list as SQL, with the values that they compare to left open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Exists,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    tuple_,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.pages import AFTER
from adapters.persistence.sql import NOW
from adapters.persistence.tables import attendances, events
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.schedule import EventStatus

EVENT_ID = bindparam("event_id", type_=Uuid)
VIEWER = bindparam("viewer_id", type_=Uuid)
STARTS_AFTER = bindparam("starts_after", type_=DateTime(timezone=True))
STARTS_BEFORE = bindparam("starts_before", type_=DateTime(timezone=True))


@dataclass(frozen=True)
class Shape:
    """What of the criteria makes the statement another one."""

    attending: bool | None
    created: bool | None
    has_starts_after: bool
    has_starts_before: bool
    status: EventStatus | None
    sort: EventSort

    @classmethod
    def of(cls, criteria: EventCriteria) -> "Shape":
        return cls(
            criteria.attending,
            criteria.created,
            criteria.starts_after is not None,
            criteria.starts_before is not None,
            criteria.status,
            criteria.sort,
        )


def values_of(criteria: EventCriteria, viewer_id: UUID, now: datetime) -> dict[str, Any]:
    """What the statement of the criteria's shape leaves open."""
    return {
        "viewer_id": viewer_id,
        "now": now,
        "starts_after": criteria.starts_after,
        "starts_before": criteria.starts_before,
    }


def matching(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.attending is not None:
        is_attending = attended_by(VIEWER, events)
        yield is_attending if shape.attending else ~is_attending
    if shape.created is not None:
        is_creator = events.c.creator_id == VIEWER
        yield is_creator if shape.created else ~is_creator
    if shape.has_starts_after:
        yield events.c.start_time >= STARTS_AFTER
    if shape.has_starts_before:
        yield events.c.start_time <= STARTS_BEFORE
    if shape.status is not None:
        yield has_status(shape.status, NOW)


def attended_by(user_id: UUID | ColumnElement[UUID], source: FromClause) -> Exists:
    """Whether the person has a seat at the event that a row of the source is."""
    return exists().where(attendances.c.event_id == source.c.id, attendances.c.user_id == user_id)


def has_status(status: EventStatus, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The SQL of status_of in domain.events.schedule; a contract test holds them together."""
    match status:
        case EventStatus.UPCOMING:
            return events.c.start_time > now
        case EventStatus.ONGOING:
            # As a range: one index finds the few that lie around an instant.
            period = func.tstzrange(events.c.start_time, events.c.end_time)
            return period.bool_op("@>")(now)
        case EventStatus.PAST:
            # It started before it ended: that tells the index of starts where to begin.
            return and_(events.c.end_time <= now, events.c.start_time < now)


def ordering(source: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    match sort:
        case EventSort.SOONEST_FIRST:
            return (source.c.start_time, source.c.id)
        case EventSort.LATEST_FIRST:
            return (source.c.start_time.desc(), source.c.id.desc())


def beyond(sort: EventSort) -> ColumnElement[bool]:
    """Whether an event comes after the position, in this order."""
    place = tuple_(events.c.start_time, events.c.id)
    return place > AFTER if sort is EventSort.SOONEST_FIRST else place < AFTER
