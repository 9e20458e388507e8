from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, delete, insert, select, update

from adapters.postgres.accounts.mappers import session_from_row, session_to_row
from adapters.postgres.schema.tables import sessions
from adapters.postgres.sql import (
    NOW,
    SESSION_ID,
    USER_ID,
    changed_values,
    compile_sql,
    update_values,
)
from adapters.postgres.transaction import Transaction
from application.ports.session_repository import SessionRepository
from domain.accounts.session import Session

KEPT = bindparam("kept", type_=Uuid)
# Session.is_live in SQL; a contract test compares the two.
IS_LIVE = and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > NOW)
IS_SESSION = and_(sessions.c.user_id == USER_ID, sessions.c.id == SESSION_ID)
LOCK = compile_sql(select(sessions).where(IS_SESSION).with_for_update())
_others_live = and_(sessions.c.user_id == USER_ID, IS_LIVE, sessions.c.id.is_distinct_from(KEPT))
# A fixed order prevents deadlocks.
LOCK_LIVE = compile_sql(
    select().select_from(sessions).where(_others_live).order_by(sessions.c.id).with_for_update()
)
REVOKE_LIVE = compile_sql(
    update(sessions).where(_others_live).values(revoked_at=NOW).returning(sessions.c.id)
)
ADD = compile_sql(insert(sessions))
REMOVE_ENDED = compile_sql(delete(sessions).where(sessions.c.user_id == USER_ID, ~IS_LIVE))


@cache  # one statement per set of columns that change together
def _save(changed: frozenset[str]) -> str:
    return compile_sql(update_values(sessions, changed).where(IS_SESSION))


class PostgresSessionRepository(SessionRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._loaded: dict[UUID, dict[str, Any]] = {}

    def add(self, session: Session) -> None:
        self._transaction.write(ADD, session_to_row(session))

    def find_for_update(self, session_id: UUID, user_id: UUID) -> Session | None:
        values = {"session_id": session_id, "user_id": user_id}
        rows = self._transaction.locked_rows(LOCK, values)
        if not rows:
            return None
        session = session_from_row(rows[0])
        self._loaded[session_id] = session_to_row(session)
        return session

    def revoke_live(
        self, user_id: UUID, now: datetime, *, keep: UUID | None = None
    ) -> Sequence[UUID]:
        values = {"user_id": user_id, "now": now, "kept": keep}
        return [row.id for row in self._transaction.rows(REVOKE_LIVE, values, lock=LOCK_LIVE)]

    def remove_ended(self, user_id: UUID, now: datetime) -> None:
        self._transaction.write(REMOVE_ENDED, {"user_id": user_id, "now": now})

    def save(self, session: Session) -> None:
        row = session_to_row(session)
        if changed := changed_values(self._loaded[session.id], row):
            values = {"session_id": session.id, "user_id": session.user_id, **changed}
            self._transaction.write(_save(frozenset(changed)), values)
            self._loaded[session.id] = row
