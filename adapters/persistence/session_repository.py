from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, update

from adapters.persistence.mappers import session_from_row, session_to_row
from adapters.persistence.tables import sessions
from application.ports.session_repository import SessionRepository
from domain.accounts.session import Session


def live_at(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The SQL of Session.is_live; a contract test holds them together."""
    return and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)


LOCK = select(sessions).where(sessions.c.id == bindparam("session_id")).with_for_update()


class PostgresSessionRepository(SessionRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        self._connection.execute(insert(sessions).values(session_to_row(session)))

    def find_for_update(self, session_id: UUID) -> Session | None:
        row = self._connection.execute(LOCK, {"session_id": session_id}).one_or_none()
        return session_from_row(row) if row else None

    def live_for_update(self, user_id: UUID, now: datetime) -> Sequence[Session]:
        # In one order for all, so that two that lock them never wait for each other.
        statement = (
            select(sessions)
            .where(sessions.c.user_id == user_id, live_at(now))
            .order_by(sessions.c.id)
            .with_for_update()
        )
        return [session_from_row(row) for row in self._connection.execute(statement)]

    def remove_ended(self, user_id: UUID, now: datetime) -> None:
        self._connection.execute(
            delete(sessions).where(sessions.c.user_id == user_id, ~live_at(now))
        )

    def save(self, session: Session) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.id == session.id).values(session_to_row(session))
        )
