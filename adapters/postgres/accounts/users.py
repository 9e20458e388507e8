from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from psycopg2.errors import UniqueViolation
from sqlalchemy import Text, Update, bindparam, delete, exists, func, null, select, true, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.accounts.mappers import user_from_row, user_to_row
from adapters.postgres.schema.tables import (
    calendar_feeds,
    idempotency_keys,
    mail_tokens,
    mails,
    sessions,
    users,
    webhooks,
)
from adapters.postgres.sql import USER_ID, changed_values, compile_sql, update_values
from adapters.postgres.transaction import Transaction
from application.ports.user_repository import UserRepository
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted, UsernameTaken
from domain.accounts.user import User

NAME = bindparam("name", type_=Text)
USERNAME_INDEX = "users_username_key"
_account = select(users).where(users.c.id == USER_ID, users.c.username.is_not(None))
FIND = compile_sql(_account)
LOCK = compile_sql(_account.with_for_update())
# Returns no row if the username is taken. The server would log an error with the row's values.
ADD = compile_sql(
    insert(users)
    .on_conflict_do_nothing(index_elements=[func.lower(users.c.username)])
    .returning(users.c.id)
)
# The user's row remains, so ON DELETE CASCADE does not apply.
REMOVE_BELONGINGS = [
    compile_sql(delete(table).where(table.c.user_id == USER_ID))
    for table in (sessions, calendar_feeds, idempotency_keys, webhooks, mails, mail_tokens)
]
ANONYMIZE = compile_sql(
    update(users)
    .where(users.c.id == USER_ID)
    .values(
        **dict.fromkeys(("username", "email", "verified_email", "password_hash"), null()),
        **dict.fromkeys(("notify_promotion", "notify_event_changes", "notify_reminder"), true()),
    )
)


def update_user(changed: frozenset[str]) -> Update:
    return update_values(users, changed).where(users.c.id == USER_ID)


@cache  # one statement per set of columns that change together
def _save(changed: frozenset[str]) -> str:
    """Returns no row if another account has the username."""
    statement = update_user(changed).returning(users.c.id)
    if "username" in changed:
        others = users.alias("others")
        namesake = exists().where(
            func.lower(others.c.username) == NAME,
            others.c.id != USER_ID,
        )
        statement = statement.where(~namesake)
    return compile_sql(statement)


class PostgresUserRepository(UserRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._loaded: dict[UUID, dict[str, Any]] = {}

    def add(self, user: User) -> None:
        # The unique index makes concurrent sign-ups with the same username wait.
        if not self._transaction.rows(ADD, user_to_row(user)):
            raise UsernameTaken(user.username)

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
        if not rows:
            return None
        user = user_from_row(rows[0])
        self._loaded[user_id] = user_to_row(user)
        return user

    def save(self, user: User) -> None:
        row = user_to_row(user)
        if changed := changed_values(self._loaded[user.id], row):
            self._update(user, changed)
            self._loaded[user.id] = row

    def _update(self, user: User, changed: Mapping[str, Any]) -> None:
        values = {"user_id": user.id, "name": fold_username(user.username), **changed}
        try:
            is_saved = self._transaction.rows(_save(frozenset(changed)), values)
        except UniqueViolation as error:  # the name was taken at the same moment
            if error.diag.constraint_name == USERNAME_INDEX:
                raise UsernameTaken(user.username) from error
            raise
        if not is_saved:
            raise UsernameTaken(user.username)

    def remove(self, user: User) -> None:
        for statement in (*REMOVE_BELONGINGS, ANONYMIZE):
            self._transaction.write(statement, {"user_id": user.id})
