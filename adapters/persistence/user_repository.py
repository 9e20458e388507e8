from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.persistence.mappers import user_from_row, user_to_row
from adapters.persistence.tables import users
from application.ports.user_repository import UserRepository
from domain.accounts.credentials import fold_case
from domain.accounts.errors import UsernameTaken
from domain.accounts.user import User


class PostgresUserRepository(UserRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> None:
        # Two sign-ups at the same instant: the unique index lets one row in, the other waits for
        # it and then inserts nothing.
        inserted = self._connection.execute(
            insert(users)
            .values(user_to_row(user))
            .on_conflict_do_nothing(index_elements=[func.lower(users.c.username)])
        )
        if inserted.rowcount == 0:
            raise UsernameTaken(user.username)

    def find(self, user_id: UUID) -> User | None:
        return self._find(users.c.id == user_id)

    def find_by_username(self, username: str) -> User | None:
        return self._find(func.lower(users.c.username) == fold_case(username))

    def _find(self, condition: ColumnElement[bool]) -> User | None:
        row = self._connection.execute(select(users).where(condition)).one_or_none()
        return user_from_row(row) if row else None
