from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, update

from adapters.postgres.accounts.mappers import session_from_row, session_to_row
from adapters.postgres.schema.tables import sessions
from adapters.postgres.sql import NOW, SESSION_ID, USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.session_repository import SessionRepository
from domain.accounts.session import Session

# Session.is_live in SQL; a contract test compares the two.
IS_LIVE = and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > NOW)
LOCK = compile_sql(select(sessions).where(sessions.c.id == SESSION_ID).with_for_update())
LOCK_LIVE = compile_sql(
    select(sessions)
    .where(sessions.c.user_id == USER_ID, IS_LIVE)
    # A fixed order prevents deadlocks.
    .order_by(sessions.c.id)
    .with_for_update()
)
ADD = compile_sql(insert(sessions))
SAVE = compile_sql(update(sessions).where(sessions.c.id == SESSION_ID))
REMOVE_ENDED = compile_sql(delete(sessions).where(sessions.c.user_id == USER_ID, ~IS_LIVE))


class PostgresSessionRepository(SessionRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, session: Session) -> None:
        self._transaction.write(ADD, session_to_row(session))

    def find_for_update(self, session_id: UUID) -> Session | None:
        rows = self._transaction.locked_rows(LOCK, {"session_id": session_id})
        return session_from_row(rows[0]) if rows else None

    def live_for_update(self, user_id: UUID, now: datetime) -> Sequence[Session]:
        rows = self._transaction.locked_rows(LOCK_LIVE, {"user_id": user_id, "now": now})
        return [session_from_row(row) for row in rows]

    def remove_ended(self, user_id: UUID, now: datetime) -> None:
        self._transaction.write(REMOVE_ENDED, {"user_id": user_id, "now": now})

    def save(self, session: Session) -> None:
        self._transaction.write(SAVE, session_to_row(session) | {"session_id": session.id})
