"""Verify on a live database that the counts of events match their seats and waitlists."""

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import Engine, and_, case, func, or_, select

from adapters.postgres.errors import translated_errors
from adapters.postgres.events.filters import has_state
from adapters.postgres.schema.tables import attendances, events, users, waitlist_entries
from domain.events.state import EventState


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


_taken = (
    select(
        attendances.c.event_id,
        func.count().label("seats"),
        (func.count() - func.count(users.c.id)).label("orphaned_seats"),
    )
    .select_from(attendances.outerjoin(users, users.c.id == attendances.c.user_id))
    .group_by(attendances.c.event_id)
    .subquery("taken")
)
_seat_of_entry = and_(
    attendances.c.event_id == waitlist_entries.c.event_id,
    attendances.c.user_id == waitlist_entries.c.user_id,
)
_waitlists = (
    select(
        waitlist_entries.c.event_id,
        func.count().label("waiting"),
        (func.count() - func.count(users.c.id)).label("orphaned_entries"),
        func.count(attendances.c.user_id).label("also_attending"),
        func.count(users.c.username).label("promotable"),
    )
    .select_from(
        waitlist_entries.outerjoin(users, users.c.id == waitlist_entries.c.user_id).outerjoin(
            attendances, _seat_of_entry
        )
    )
    .group_by(waitlist_entries.c.event_id)
    .subquery("waitlists")
)
# As EventSeats.promote decides.
_is_promoting = and_(
    has_state(EventState.PUBLISHED),
    events.c.start_time > func.now(),
    events.c.waitlist_enabled,
    func.coalesce(events.c.registration_closes_at > func.now(), True),
)
_free_seats = func.greatest(events.c.capacity - events.c.attendees_count, 0)
_values = {
    "event_id": func.coalesce(events.c.id, _taken.c.event_id, _waitlists.c.event_id),
    "attendees_count": events.c.attendees_count,
    "capacity": events.c.capacity,
    "seats": func.coalesce(_taken.c.seats, 0),
    "orphaned_seats": func.coalesce(_taken.c.orphaned_seats, 0),
    "waitlist_count": events.c.waitlist_count,
    "waiting": func.coalesce(_waitlists.c.waiting, 0),
    "orphaned_entries": func.coalesce(_waitlists.c.orphaned_entries, 0),
    "also_attending": func.coalesce(_waitlists.c.also_attending, 0),
    "not_promoted": case(
        (_is_promoting, func.least(_free_seats, func.coalesce(_waitlists.c.promotable, 0))),
        else_=0,
    ),
}
_differing = (
    select(*(_values[field.name].label(field.name) for field in fields(Difference)))
    .select_from(
        events.outerjoin(_taken, _taken.c.event_id == events.c.id, full=True).outerjoin(
            _waitlists,
            _waitlists.c.event_id == func.coalesce(events.c.id, _taken.c.event_id),
            full=True,
        )
    )
    .where(
        or_(
            _values["attendees_count"].is_distinct_from(_values["seats"]),
            _values["seats"] > events.c.capacity,
            _values["waitlist_count"].is_distinct_from(_values["waiting"]),
            *(
                _values[name] > 0
                for name in (
                    "orphaned_seats",
                    "orphaned_entries",
                    "also_attending",
                    "not_promoted",
                )
            ),
        )
    )
    .order_by(_values["event_id"])
)


def verify(engine: Engine) -> Verification:
    """Compare every event with its seats and waitlist, in one snapshot. Reads the tables in full.

    Raises Unavailable.
    """
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    with translated_errors(), snapshots.connect() as connection:
        event_count = connection.execute(select(func.count()).select_from(events)).scalar_one()
        seat_count = connection.execute(select(func.count()).select_from(attendances)).scalar_one()
        rows = connection.execute(_differing).mappings().all()
    return Verification(event_count, seat_count, tuple(Difference(**row) for row in rows))
