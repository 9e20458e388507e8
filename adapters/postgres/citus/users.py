from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from adapters.postgres.accounts.mappers import user_to_row
from adapters.postgres.accounts.users import NAME, PostgresUserRepository, update_user
from adapters.postgres.citus.tables import usernames
from adapters.postgres.schema.tables import users
from adapters.postgres.sql import USER_ID, compile_sql
from domain.accounts.credentials import fold_username
from domain.accounts.errors import UsernameTaken
from domain.accounts.user import User

# Returns no row if the name is taken. Waits for a transaction that adds or removes it.
ADD_NAME = compile_sql(
    postgresql_insert(usernames)
    .values(name=NAME, user_id=USER_ID)
    .on_conflict_do_nothing()
    .returning(usernames.c.user_id)
)
REMOVE_NAME = compile_sql(delete(usernames).where(usernames.c.name == NAME))
ADD = compile_sql(insert(users))


@cache  # one statement per set of columns that change together
def _update(changed: frozenset[str]) -> str:
    return compile_sql(update_user(changed))


class CitusUserRepository(PostgresUserRepository):
    """A username belongs to the account that has it in the table `usernames`."""

    def add(self, user: User) -> None:
        self._add_name(user)
        self._transaction.write(ADD, user_to_row(user))

    def _update(self, user: User, changed: Mapping[str, Any]) -> None:
        name, previous = fold_username(user.username), self._name_of(user)
        if name != previous:
            self._add_name(user)
            self._transaction.write(REMOVE_NAME, {"name": previous})
        self._transaction.write(_update(frozenset(changed)), {"user_id": user.id, **changed})

    def remove(self, user: User) -> None:
        self._transaction.write(REMOVE_NAME, {"name": self._name_of(user)})
        super().remove(user)

    def _name_of(self, user: User) -> str:
        """The saved name, in lower case."""
        return fold_username(self._loaded[user.id]["username"])

    def _add_name(self, user: User) -> None:
        values = {"name": fold_username(user.username), "user_id": user.id}
        if not self._transaction.rows(ADD_NAME, values):
            raise UsernameTaken(user.username)
