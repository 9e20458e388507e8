"""Verify on a live database that the counts of events match their seats and waitlists."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from adapters.postgres.errors import translated_errors
from adapters.postgres.events.filters import has_state
from adapters.postgres.schema.tables import attendances, events, users, waitlist_entries
from domain.events.state import EventState

COUNTS = tuple(select(func.count()).select_from(table) for table in (events, attendances))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An event that differs. Columns of `events` are None if its row is missing."""

    event_id: UUID
    attendees_count: int | None
    capacity: int | None
    seats: int
    orphaned_seats: int  # without a user
    waitlist_count: int | None
    waiting: int
    orphaned_entries: int  # without a user
    also_attending: int  # people on the waitlist who have a seat
    not_promoted: int  # people on the waitlist for whom a seat is free


@dataclass(frozen=True)
class Verification:
    events: int
    seats: int
    differences: tuple[Difference, ...]


def seats(source: FromClause, *, is_orphaned: ColumnElement[bool]) -> Select[Any]:
    """Seats to compare; `source` is or joins `attendances`."""
    return select(
        attendances.c.event_id,
        true().label("is_seat"),
        is_orphaned.label("is_orphaned"),
        false().label("is_attending"),
        false().label("is_promotable"),
    ).select_from(source)


def entries(
    source: FromClause, *, is_orphaned: ColumnElement[bool], has_account: ColumnElement[bool]
) -> Select[Any]:
    """Waitlist entries to compare; `source` is or joins `waitlist_entries`."""
    is_same_place = and_(
        attendances.c.event_id == waitlist_entries.c.event_id,
        attendances.c.user_id == waitlist_entries.c.user_id,
    )
    return select(
        waitlist_entries.c.event_id,
        false().label("is_seat"),
        is_orphaned.label("is_orphaned"),
        attendances.c.user_id.is_not(None).label("is_attending"),
        has_account.label("is_promotable"),
    ).select_from(source.outerjoin(attendances, is_same_place))


def differing(seats: Select[Any], entries: Select[Any]) -> Select[Any]:
    """The events that differ, in order of id, as rows of Difference."""
    place = union_all(seats, entries).subquery("place")

    def number(name: str, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*conditions).label(name)

    is_entry = ~place.c.is_seat
    places = (
        select(
            place.c.event_id,
            number("seats", place.c.is_seat),
            number("orphaned_seats", place.c.is_seat, place.c.is_orphaned),
            number("waiting", is_entry),
            number("orphaned_entries", is_entry, place.c.is_orphaned),
            number("also_attending", is_entry, place.c.is_attending),
            number("promotable", is_entry, place.c.is_promotable),
        )
        .group_by(place.c.event_id)
        .subquery("places")
    )
    # As EventSeats.promote decides.
    is_promoting = and_(
        has_state(EventState.PUBLISHED),
        events.c.start_time > func.now(),
        events.c.waitlist_enabled,
        func.coalesce(events.c.registration_closes_at > func.now(), True),
    )
    free_seats = func.greatest(events.c.capacity - events.c.attendees_count, 0)
    counts = {
        column.name: func.coalesce(column, 0) for column in places.c if column.name != "event_id"
    }
    values: dict[str, ColumnElement[Any]] = {
        "event_id": func.coalesce(events.c.id, places.c.event_id),
        "attendees_count": events.c.attendees_count,
        "capacity": events.c.capacity,
        "waitlist_count": events.c.waitlist_count,
        **counts,
        "not_promoted": case((is_promoting, func.least(free_seats, counts["promotable"])), else_=0),
    }
    return (
        select(*(values[field.name].label(field.name) for field in fields(Difference)))
        .select_from(events.outerjoin(places, places.c.event_id == events.c.id, full=True))
        .where(
            or_(
                values["attendees_count"].is_distinct_from(values["seats"]),
                values["seats"] > events.c.capacity,
                values["waitlist_count"].is_distinct_from(values["waiting"]),
                *(
                    values[name] > 0
                    for name in (
                        "orphaned_seats",
                        "orphaned_entries",
                        "also_attending",
                        "not_promoted",
                    )
                ),
            )
        )
        .order_by(values["event_id"])
    )


_differing = differing(
    seats(
        attendances.outerjoin(users, users.c.id == attendances.c.user_id),
        is_orphaned=users.c.id.is_(None),
    ),
    entries(
        waitlist_entries.outerjoin(users, users.c.id == waitlist_entries.c.user_id),
        is_orphaned=users.c.id.is_(None),
        has_account=users.c.username.is_not(None),
    ),
)


def verify(engine: Engine) -> Verification:
    """Compare every event with its seats and waitlist, in one snapshot. Reads the tables in full.

    Raises Unavailable.
    """
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    with translated_errors(), snapshots.connect() as connection:
        event_count, seat_count = (connection.execute(each).scalar_one() for each in COUNTS)
        rows = connection.execute(_differing).mappings().all()
    return Verification(event_count, seat_count, tuple(Difference(**row) for row in rows))
