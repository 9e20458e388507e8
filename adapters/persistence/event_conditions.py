"""The criteria of the event list as SQL, with the values that they compare to left open."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Exists,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.persistence.event_search import (
    contains_literals,
    contains_longest_word,
    has_words,
)
from adapters.persistence.event_shapes import Shape
from adapters.persistence.sql import NOW
from adapters.persistence.tables import attendances, events, users
from application.ports.event_queries import EventSort
from domain.events.schedule import EventStatus

EVENT_ID = bindparam("event_id", type_=Uuid)
VIEWER = bindparam("viewer_id", type_=Uuid)
STARTS_AFTER = bindparam("starts_after", type_=DateTime(timezone=True))
STARTS_BEFORE = bindparam("starts_before", type_=DateTime(timezone=True))
ENDS_AFTER = bindparam("ends_after", type_=DateTime(timezone=True))
ENDS_BEFORE = bindparam("ends_before", type_=DateTime(timezone=True))
TYPE = bindparam("type", type_=Text)
CREATOR = bindparam("creator", type_=Text)


def foreseen(shape: Shape) -> Iterator[ColumnElement[bool]]:
    """Conditions of which the planner can tell how many events meet them."""
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
    if shape.has_ends_after:
        yield from _ends_after(ENDS_AFTER)
    if shape.has_ends_before:
        # It starts before it ends: that tells the index of starts where to begin.
        yield and_(events.c.end_time <= ENDS_BEFORE, events.c.start_time < ENDS_BEFORE)
    if shape.status is not None:
        yield has_status(shape.status, NOW)
    if shape.has_type:
        yield events.c.type == TYPE
    if shape.has_creator and _is_indexed_by_creator(shape.sort):
        yield _created_by(CREATOR, events)


def unforeseen(shape: Shape, source: FromClause = events) -> Iterator[ColumnElement[bool]]:
    """Conditions that may hold for all events, or none, for all that the planner knows."""
    if shape.has_creator and not _is_indexed_by_creator(shape.sort):
        yield _created_by(CREATOR, source)
    if shape.available is not None:
        has_seats = source.c.attendees_count < source.c.capacity
        yield has_seats if shape.available else ~has_seats
    if shape.search is None:
        return
    if shape.search.is_indexed:
        yield has_words(source)
    if shape.search.has_literals:
        yield contains_literals(source)
    if shape.has_creator or source is not events:
        # Read without the index of words, as a creator's events may be.
        yield contains_longest_word(source)


def _ends_after(instant: ColumnElement[datetime]) -> Iterator[ColumnElement[bool]]:
    yield events.c.end_time >= instant
    # None of these starts before the first of those that are under way then, which one index
    # finds: that tells the index of starts where to begin.
    running = events.alias("running")
    just_before = instant - literal_column("INTERVAL '1 microsecond'")
    period = func.tstzrange(running.c.start_time, running.c.end_time)
    first = select(func.min(running.c.start_time)).where(period.bool_op("@>")(just_before))
    yield events.c.start_time >= func.coalesce(first.scalar_subquery(), instant)


def _is_indexed_by_creator(sort: EventSort) -> bool:
    return sort.field == "start_time"


def _created_by(name: ColumnElement[str], source: FromClause) -> ColumnElement[bool]:
    creator = select(users.c.id).where(func.lower(users.c.username) == name)
    return source.c.creator_id == creator.scalar_subquery()


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
