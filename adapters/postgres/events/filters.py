"""The filters of the event list in SQL, with bind parameters.

Criteria with the same StatementKey share one statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.events.search import has_matching_terms, matches_search, tsquery_of
from adapters.postgres.schema.tables import attendances, events, users
from adapters.postgres.sql import NOW
from application.ports.event_queries import EventCriteria, EventSort
from domain.accounts.credentials import fold_username
from domain.events.schedule import EventStatus
from domain.events.state import EventState

VIEWER = bindparam("viewer_id", type_=Uuid)
STARTS_AFTER = bindparam("starts_after", type_=DateTime(timezone=True))
STARTS_BEFORE = bindparam("starts_before", type_=DateTime(timezone=True))
ENDS_AFTER = bindparam("ends_after", type_=DateTime(timezone=True))
ENDS_BEFORE = bindparam("ends_before", type_=DateTime(timezone=True))
TYPE = bindparam("type", type_=Text)
CREATOR = bindparam("creator", type_=Text)

IS_CREATOR = events.c.creator_id == VIEWER
IS_ATTENDING = exists().where(
    attendances.c.event_id == events.c.id, attendances.c.user_id == VIEWER
)


def has_state(state: EventState, source: FromClause = events) -> ColumnElement[bool]:
    # A literal, for the conditions of indexes.
    is_state: ColumnElement[bool] = source.c.state == literal_column(f"'{state}'")
    return is_state


IS_DRAFT = has_state(EventState.DRAFT)
# Also true for unlisted events, which anyone who has the id can get.
IS_ACCESSIBLE = or_(~IS_DRAFT, IS_CREATOR)


def _is_restricted(source: FromClause = events) -> ColumnElement[bool]:
    """The condition of an index."""
    return or_(
        has_state(EventState.DRAFT, source), source.c.visibility == literal_column("'unlisted'")
    )


def has_seat(source: FromClause) -> ColumnElement[bool]:
    """Whether the viewer attends, looked up for each event.

    With EXISTS or a join, the planner may read everything that the viewer attends.
    """
    seat = select(true()).where(
        attendances.c.event_id == source.c.id, attendances.c.user_id == VIEWER
    )
    return func.coalesce(seat.scalar_subquery(), false())


# The complement of `visible_events`, for counts.
IS_HIDDEN = and_(_is_restricted(), ~IS_CREATOR, ~IS_ATTENDING)


@dataclass(frozen=True)
class StatementKey:
    """The part of the criteria that determines the SQL text."""

    attending: bool | None
    created: bool | None
    has_starts_after: bool
    has_starts_before: bool
    has_ends_after: bool
    has_ends_before: bool
    status: EventStatus | None
    has_type: bool
    has_creator: bool
    available: bool | None
    state: EventState | None
    is_registration_open: bool
    has_search: bool
    sort: EventSort

    @classmethod
    def of(cls, criteria: EventCriteria) -> "StatementKey":
        return cls(
            attending=criteria.attending,
            created=criteria.created,
            has_starts_after=criteria.starts_after is not None,
            has_starts_before=criteria.starts_before is not None,
            has_ends_after=criteria.ends_after is not None,
            has_ends_before=criteria.ends_before is not None,
            status=criteria.status,
            has_type=criteria.type is not None,
            has_creator=criteria.creator is not None,
            available=criteria.available,
            state=criteria.state,
            is_registration_open=criteria.is_registration_open,
            has_search=criteria.search is not None,
            sort=criteria.sort,
        )


def filter_values(criteria: EventCriteria, viewer_id: UUID, now: datetime) -> dict[str, Any]:
    """The bind parameters of the filters."""
    return {
        "viewer_id": viewer_id,
        "now": now,
        "starts_after": criteria.starts_after,
        "starts_before": criteria.starts_before,
        "ends_after": criteria.ends_after,
        "ends_before": criteria.ends_before,
        "type": criteria.type,
        "creator": None if criteria.creator is None else fold_username(criteria.creator),
        "tsquery": None if criteria.search is None else tsquery_of(criteria.search),
    }


def indexed_filters(key: StatementKey) -> Iterator[ColumnElement[bool]]:
    """Conditions whose selectivity the planner can estimate."""
    if key.attending is not None:
        yield IS_ATTENDING if key.attending else ~IS_ATTENDING
    if key.created is not None:
        yield IS_CREATOR if key.created else ~IS_CREATOR
    if key.has_starts_after:
        yield events.c.start_time >= STARTS_AFTER
    if key.has_starts_before:
        yield events.c.start_time <= STARTS_BEFORE
    if key.has_ends_after:
        yield from _ends_after()
    if key.has_ends_before:
        # The second condition is implied; it limits the scan of the start_time index.
        yield and_(events.c.end_time <= ENDS_BEFORE, events.c.start_time < ENDS_BEFORE)
    if key.status is not None:
        yield has_status(key.status)
    if key.has_type:
        yield events.c.type == TYPE
    if key.has_creator and _is_indexed_by_creator(key.sort):
        yield _is_created_by(events)
    if key.state is not None:
        yield has_state(key.state)
    if key.state is EventState.DRAFT:
        yield IS_CREATOR  # drafts of others are hidden
    if key.is_registration_open:
        yield has_status(EventStatus.UPCOMING)


def may_match_hidden_events(key: StatementKey) -> bool:
    """Whether the filters alone may match events that the viewer must not see in lists."""
    return not (key.created or key.attending or key.state is EventState.DRAFT)


def visible_events(key: StatementKey, source: FromClause = events) -> Iterator[ColumnElement[bool]]:
    """Unless the filters imply it: no drafts of others, and unlisted events only with a seat.

    A draft has no seats.
    """
    if may_match_hidden_events(key):
        yield or_(~_is_restricted(source), source.c.creator_id == VIEWER, has_seat(source))


def residual_filters(
    key: StatementKey, source: FromClause = events
) -> Iterator[ColumnElement[bool]]:
    """Conditions whose selectivity the planner cannot estimate."""
    if key.has_creator and not _is_indexed_by_creator(key.sort):
        yield _is_created_by(source)
    if key.available is not None:
        is_available = _is_available(source)
        yield is_available if key.available else ~is_available
    if key.is_registration_open:
        opens_at, closes_at = source.c.registration_opens_at, source.c.registration_closes_at
        yield _is_available(source)
        yield or_(opens_at.is_(None), opens_at <= NOW)
        yield or_(closes_at.is_(None), closes_at > NOW)
    if key.has_search:
        yield matches_search(source) if source is events else has_matching_terms(source)


def _is_available(source: FromClause) -> ColumnElement[bool]:
    return and_(
        has_state(EventState.PUBLISHED, source), source.c.attendees_count < source.c.capacity
    )


def _ends_after() -> Iterator[ColumnElement[bool]]:
    yield events.c.end_time >= ENDS_AFTER
    # Implied, but it limits the scan of the start_time index: none of these events starts before
    # the earliest one that is ongoing at that time, which the period index finds.
    running = events.alias("running")
    just_before = ENDS_AFTER - literal_column("INTERVAL '1 microsecond'")
    period = func.tstzrange(running.c.start_time, running.c.end_time)
    first = select(func.min(running.c.start_time)).where(period.bool_op("@>")(just_before))
    yield events.c.start_time >= func.coalesce(first.scalar_subquery(), ENDS_AFTER)


def _is_indexed_by_creator(sort: EventSort) -> bool:
    return sort.field == "start_time"


def _is_created_by(source: FromClause) -> ColumnElement[bool]:
    creator = select(users.c.id).where(func.lower(users.c.username) == CREATOR)
    return source.c.creator_id == creator.scalar_subquery()


def has_status(status: EventStatus) -> ColumnElement[bool]:
    """domain.events.schedule.status_of in SQL; a contract test compares the two."""
    match status:
        case EventStatus.UPCOMING:
            return events.c.start_time > NOW
        case EventStatus.ONGOING:
            # A range, for the period index.
            period = func.tstzrange(events.c.start_time, events.c.end_time)
            return period.bool_op("@>")(NOW)
        case EventStatus.PAST:
            # The second condition is implied; it limits the scan of the start_time index.
            return and_(events.c.end_time <= NOW, events.c.start_time < NOW)
