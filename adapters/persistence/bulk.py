"""Writing many rows at a time, of people and events that nobody else knows yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, insert
from sqlalchemy.dialects import postgresql

from adapters.persistence.faults import naming_faults
from adapters.persistence.mappers import event_to_row, user_to_row
from adapters.persistence.tables import attendances, events, users
from domain.accounts.user import User
from domain.events.event import Event

ADD_PEOPLE = postgresql.insert(users).on_conflict_do_nothing().returning(users.c.id)


class BulkWriter:
    """Each call is a transaction. The engine must not be in autocommit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_people(self, people: Sequence[User]) -> Sequence[User]:
        """Those that were added: not whose username somebody has. Raises Unavailable."""
        with naming_faults(), self._engine.begin() as connection:
            added = set(connection.scalars(ADD_PEOPLE, list(map(user_to_row, people))))
        return [user for user in people if user.id in added]

    def add_events(
        self, drawn: Sequence[Event], seats: Sequence[tuple[UUID, UUID, datetime]]
    ) -> None:
        """Events with their seats: event, person, and when it was taken. Raises Unavailable."""
        seat_rows = [
            {"event_id": event_id, "user_id": user_id, "registered_at": registered_at}
            for event_id, user_id, registered_at in seats
        ]
        with naming_faults(), self._engine.begin() as connection:
            for table, rows in ((events, list(map(event_to_row, drawn))), (attendances, seat_rows)):
                if rows:
                    connection.execute(insert(table), rows)
