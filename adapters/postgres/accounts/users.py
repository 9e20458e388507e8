from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg2.errors import UniqueViolation
from sqlalchemy import delete, insert, null, select, update

from adapters.postgres.accounts.mappers import user_from_row, user_to_row
from adapters.postgres.calendars.feeds import REMOVE_FEED
from adapters.postgres.schema.tables import idempotency_keys, sessions, users
from adapters.postgres.sql import USER_ID, compile_sql
from adapters.postgres.transaction import Transaction
from application.ports.user_repository import UserRepository
from domain.accounts.errors import AccountDeleted, UsernameTaken
from domain.accounts.user import User

USERNAME_INDEX = "users_username_key"
_account = select(users).where(users.c.id == USER_ID, users.c.username.is_not(None))
FIND = compile_sql(_account)
LOCK = compile_sql(_account.with_for_update())
# RETURNING, so that these are sent immediately, like reads, and raise UniqueViolation here.
ADD = compile_sql(insert(users).returning(users.c.id))
SAVE = compile_sql(update(users).where(users.c.id == USER_ID).returning(users.c.id))
END_SESSIONS = compile_sql(delete(sessions).where(sessions.c.user_id == USER_ID))
REMOVE_KEYS = compile_sql(delete(idempotency_keys).where(idempotency_keys.c.user_id == USER_ID))
ANONYMIZE = compile_sql(
    update(users)
    .where(users.c.id == USER_ID)
    .values(username=null(), email=null(), password_hash=null())
)


class PostgresUserRepository(UserRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, user: User) -> None:
        # The unique index makes concurrent sign-ups with the same name wait, then fail.
        self._write_name(user, ADD, user_to_row(user))

    def get(self, user_id: UUID) -> User:
        rows = self._transaction.rows(FIND, {"user_id": user_id})
        if not rows:
            raise AccountDeleted
        return user_from_row(rows[0])

    def get_for_update(self, user_id: UUID) -> User:
        user = self.find_for_update(user_id)
        if user is None:
            raise AccountDeleted
        return user

    def find_for_update(self, user_id: UUID) -> User | None:
        rows = self._transaction.locked_rows(LOCK, {"user_id": user_id})
        return user_from_row(rows[0]) if rows else None

    def save(self, user: User) -> None:
        self._write_name(user, SAVE, user_to_row(user) | {"user_id": user.id})

    def _write_name(self, user: User, sql: str, values: Mapping[str, Any]) -> None:
        try:
            self._transaction.rows(sql, values)
        except UniqueViolation as error:
            if error.diag.constraint_name == USERNAME_INDEX:
                raise UsernameTaken(user.username) from error
            raise

    def remove(self, user: User) -> None:
        # The user's row remains, so ON DELETE CASCADE does not apply.
        for statement in (END_SESSIONS, REMOVE_FEED, REMOVE_KEYS, ANONYMIZE):
            self._transaction.write(statement, {"user_id": user.id})
