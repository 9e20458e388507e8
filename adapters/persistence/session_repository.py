from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, update

from adapters.persistence.mappers import session_from_row, session_to_row
from adapters.persistence.tables import sessions
from application.ports.session_repository import SessionRepository
from domain.accounts.session import Session


class PostgresSessionRepository(SessionRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        self._connection.execute(insert(sessions).values(session_to_row(session)))

    def find(self, session_id: UUID) -> Session | None:
        return self._find(select(sessions).where(sessions.c.id == session_id))

    def find_for_update(self, session_id: UUID) -> Session | None:
        return self._find(select(sessions).where(sessions.c.id == session_id).with_for_update())

    def _find(self, statement: Select[Any]) -> Session | None:
        row = self._connection.execute(statement).one_or_none()
        return session_from_row(row) if row else None

    def save(self, session: Session) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.id == session.id).values(session_to_row(session))
        )
