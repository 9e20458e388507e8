from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, union

from adapters.postgres.accounts.mappers import user_from_row
from adapters.postgres.accounts.password_attempts import (
    LATEST_ATTEMPTS,
    attempts_from_row,
    attempts_values,
)
from adapters.postgres.accounts.queries import (
    IS_NAMED,
    REMAINS,
    UPCOMING,
    PostgresAccountQueries,
)
from adapters.postgres.accounts.users import FIND
from adapters.postgres.citus.accounts import find_id
from adapters.postgres.schema.tables import attendances, events, users, waitlist_entries
from adapters.postgres.sql import USER_ID, compile_sql
from application.caller import Caller
from application.ports.account_queries import Credentials
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted
from domain.accounts.password_attempts import PasswordAttempts
from domain.accounts.user import User

# Again by name: the account may have been renamed since.
FIND_NAMED = compile_sql(select(users).where(users.c.id == USER_ID, IS_NAMED))
FIND_ATTEMPTS = compile_sql(select(LATEST_ATTEMPTS))


def _involved(user_id: ColumnElement[UUID], condition: ColumnElement[bool]) -> Select[UUID]:
    deleted = select(users.c.id).where(users.c.username.is_(None))
    return select(user_id.label("id")).where(condition, user_id.in_(deleted))


_unfinished = union(
    _involved(events.c.creator_id, REMAINS),
    *(
        _involved(table.c.user_id, UPCOMING).join(events, events.c.id == table.c.event_id)
        for table in (attendances, waitlist_entries)
    ),
).subquery("unfinished")
UNFINISHED_DELETIONS = compile_sql(select(_unfinished.c.id).order_by(_unfinished.c.id))


class CitusAccountQueries(PostgresAccountQueries):
    """An account, its username and its wrong passwords are on different workers."""

    def find_credentials(self, username: str, keys: Sequence[bytes], now: datetime) -> Credentials:
        attempts, key = self._latest_attempts(keys, now)
        return Credentials(self._find_user(username), attempts, key)

    def _find_user(self, username: str) -> User | None:
        user_id = find_id(self._reader, username)
        if user_id is None:
            return None
        values = {"user_id": user_id, "name": fold_username(username)}
        rows = self._reader.rows(FIND_NAMED, values)
        return user_from_row(rows[0]) if rows else None

    def get_credentials(self, caller: Caller, key: bytes, now: datetime) -> Credentials:
        rows = self._reader.rows(FIND, {"user_id": caller.user_id}, caller)
        if not rows:
            raise AccountDeleted
        attempts, _ = self._latest_attempts([key], now)
        return Credentials(user_from_row(rows[0]), attempts, key)

    def unfinished_deletions(self, now: datetime) -> Sequence[UUID]:
        return [row.id for row in self._reader.rows(UNFINISHED_DELETIONS, {"now": now})]

    def _latest_attempts(
        self, keys: Sequence[bytes], now: datetime
    ) -> tuple[PasswordAttempts, bytes]:
        """The attempts, and the key that counts them."""
        rows = self._reader.rows(FIND_ATTEMPTS, attempts_values(keys, now))
        if not rows:
            return PasswordAttempts(), keys[-1]
        return attempts_from_row(rows[0]), bytes(rows[0].attempts_key)
