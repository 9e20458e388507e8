"""The filters of the event list in SQL, with bind parameters.

Criteria with the same StatementKey share one statement.
"""

from collections.abc import Callable, Iterator
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
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
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


def has_state(state: EventState, source: FromClause = events) -> ColumnElement[bool]:
    # A literal, as in the conditions of the indexes.
    is_state: ColumnElement[bool] = source.c.state == literal_column(f"'{state}'")
    return is_state


IS_DRAFT = has_state(EventState.DRAFT)
# Includes unlisted events, which everyone who has the id can get.
IS_ACCESSIBLE = or_(~IS_DRAFT, IS_CREATOR)


def _has_seat(source: FromClause) -> ColumnElement[bool]:
    return exists().where(attendances.c.event_id == source.c.id, attendances.c.user_id == VIEWER)


def is_waiting(source: FromClause) -> ColumnElement[bool]:
    """Whether the viewer is on a waitlist that has not ended.

    The function runs at most once per statement. In its place, a subquery would be planned each
    time: that took 100 µs of the 800 µs of a list.
    """
    waiting_for = select(func.events_waited_for(VIEWER, NOW)).scalar_subquery()
    is_waited_for: ColumnElement[bool] = source.c.id == any_(cast(waiting_for, ARRAY(Uuid)))
    return is_waited_for


def is_created_by(source: FromClause) -> ColumnElement[bool]:
    creator = select(users.c.id).where(func.lower(users.c.username) == CREATOR)
    return source.c.creator_id == creator.scalar_subquery()


@dataclass(frozen=True)
class Lookups:
    """Conditions that need other statements if the tables are distributed."""

    is_waiting: Callable[[FromClause], ColumnElement[bool]] = is_waiting
    is_created_by: Callable[[FromClause], ColumnElement[bool]] = is_created_by
    # To exclude events.
    is_attending: Callable[[FromClause], ColumnElement[bool]] = _has_seat


LOOKUPS = Lookups()


@dataclass(frozen=True)
class StatementKey:
    """The part of the criteria that determines the SQL text."""

    attending: bool | None
    waiting: bool | None
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
            waiting=criteria.waiting,
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


def indexed_filters(
    key: StatementKey, source: FromClause = events, lookups: Lookups = LOOKUPS
) -> Iterator[ColumnElement[bool]]:
    """Conditions that an index covers, or whose selectivity the planner can estimate."""
    if key.attending:
        yield _has_seat(source)
    if key.waiting:
        yield lookups.is_waiting(source)
    if key.created is not None:
        is_creator = source.c.creator_id == VIEWER
        yield is_creator if key.created else ~is_creator
    yield from _in_period(key, source)
    if key.status is not None:
        yield has_status(key.status, source)
    if key.has_type:
        yield source.c.type == TYPE
    if key.has_creator:
        yield lookups.is_created_by(source)
    if key.state is not None:
        yield has_state(key.state, source)
    if key.state is EventState.DRAFT:
        yield source.c.creator_id == VIEWER  # drafts of others are hidden
    if key.is_registration_open:
        yield has_status(EventStatus.UPCOMING, source)


def _in_period(key: StatementKey, source: FromClause) -> Iterator[ColumnElement[bool]]:
    if key.has_starts_after:
        yield source.c.start_time >= STARTS_AFTER
    if key.has_starts_before:
        yield source.c.start_time <= STARTS_BEFORE
    if key.has_ends_after:
        yield from _ends_after(source)
    if key.has_ends_before:
        # The second condition is implied; it limits the scan of the start_time index.
        yield and_(source.c.end_time <= ENDS_BEFORE, source.c.start_time < ENDS_BEFORE)


def may_match_hidden_events(key: StatementKey) -> bool:
    """Whether the filters may match events that the viewer must not see in lists."""
    is_own = key.created or key.attending or key.waiting or key.state is EventState.DRAFT
    return not is_own


def visible_events(
    key: StatementKey, source: FromClause = events, lookups: Lookups = LOOKUPS
) -> Iterator[ColumnElement[bool]]:
    """No drafts of others, and unlisted events of others only if the viewer attends or waits.

    Nobody attends or waits for a draft. No condition if the filters imply it.
    """
    if may_match_hidden_events(key):
        yield or_(
            ~_is_restricted(source),
            source.c.creator_id == VIEWER,
            is_attending(source),
            lookups.is_waiting(source),
        )


def residual_filters(
    key: StatementKey, source: FromClause = events, lookups: Lookups = LOOKUPS
) -> Iterator[ColumnElement[bool]]:
    """Conditions that no index covers.

    For another source than the table, the planner does not turn them into joins.
    """
    if key.attending is False:
        yield ~lookups.is_attending(source) if source is events else ~is_attending(source)
    if key.waiting is False:
        yield ~lookups.is_waiting(source)
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


def _is_restricted(source: FromClause = events) -> ColumnElement[bool]:
    """The condition of events_hidden_idx."""
    return or_(
        has_state(EventState.DRAFT, source), source.c.visibility == literal_column("'unlisted'")
    )


def _is_available(source: FromClause) -> ColumnElement[bool]:
    return and_(
        has_state(EventState.PUBLISHED, source), source.c.attendees_count < source.c.capacity
    )


def is_attending(source: FromClause) -> ColumnElement[bool]:
    """Like `_has_seat`, but looked up for each event, never joined."""
    seat = select(true()).where(
        attendances.c.event_id == source.c.id, attendances.c.user_id == VIEWER
    )
    return func.coalesce(seat.scalar_subquery(), false())


# The complement of `visible_events`, for counts.
IS_HIDDEN = and_(_is_restricted(), ~IS_CREATOR, ~_has_seat(events), ~is_waiting(events))


def _ends_after(source: FromClause) -> Iterator[ColumnElement[bool]]:
    yield source.c.end_time >= ENDS_AFTER
    # Implied, but it limits the scan of the start_time index: none of these events starts before
    # the earliest one that is ongoing at that time, which the period index finds.
    running = events.alias("running")
    just_before = ENDS_AFTER - literal_column("INTERVAL '1 microsecond'")
    period = func.tstzrange(running.c.start_time, running.c.end_time)
    first = select(func.min(running.c.start_time)).where(period.bool_op("@>")(just_before))
    yield source.c.start_time >= func.coalesce(first.scalar_subquery(), ENDS_AFTER)


def has_status(status: EventStatus, source: FromClause = events) -> ColumnElement[bool]:
    """domain.events.schedule.status_of in SQL; a contract test compares the two."""
    match status:
        case EventStatus.UPCOMING:
            return source.c.start_time > NOW
        case EventStatus.ONGOING:
            # A range, for the period index.
            period = func.tstzrange(source.c.start_time, source.c.end_time)
            return period.bool_op("@>")(NOW)
        case EventStatus.PAST:
            # The second condition is implied; it limits the scan of the start_time index.
            return and_(source.c.end_time <= NOW, source.c.start_time < NOW)
