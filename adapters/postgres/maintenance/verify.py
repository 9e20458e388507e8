"""Verify on a live database that counts of attendees match the seats."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, func, select

from adapters.postgres.errors import translated_errors
from adapters.postgres.schema.tables import attendances, events, users


@dataclass(frozen=True)
class Difference:
    """An event with a wrong count. Fields are None if the event row is missing."""

    event_id: UUID
    attendees_count: int | None
    capacity: int | None
    seats: int
    orphaned_seats: int  # without a user


@dataclass(frozen=True)
class Verification:
    events: int
    seats: int
    differences: tuple[Difference, ...]


def verify(engine: Engine) -> Verification:
    """Compare the count of every event with its seats, in one snapshot. Reads both tables in full.

    Raises Unavailable.
    """
    taken = (
        select(
            attendances.c.event_id,
            func.count().label("seats"),
            (func.count() - func.count(users.c.id)).label("orphaned_seats"),
        )
        .select_from(attendances.outerjoin(users, users.c.id == attendances.c.user_id))
        .group_by(attendances.c.event_id)
        .subquery("taken")
    )
    seats = func.coalesce(taken.c.seats, 0)
    orphaned_seats = func.coalesce(taken.c.orphaned_seats, 0)
    event_id = func.coalesce(events.c.id, taken.c.event_id)
    differing = (
        select(
            event_id.label("event_id"),
            events.c.attendees_count,
            events.c.capacity,
            seats.label("seats"),
            orphaned_seats.label("orphaned_seats"),
        )
        .select_from(events.outerjoin(taken, taken.c.event_id == events.c.id, full=True))
        .where(
            events.c.attendees_count.is_distinct_from(seats)
            | (seats > events.c.capacity)
            | (orphaned_seats > 0)
        )
        .order_by(event_id)
    )
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    with translated_errors(), snapshots.connect() as connection:
        event_count = connection.execute(select(func.count()).select_from(events)).scalar_one()
        seat_count = connection.execute(select(func.count()).select_from(attendances)).scalar_one()
        rows = connection.execute(differing).mappings().all()
    return Verification(event_count, seat_count, tuple(Difference(**row) for row in rows))
