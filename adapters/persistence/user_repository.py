from uuid import UUID

from sqlalchemy import Connection, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.persistence.mappers import user_from_row, user_to_row
from adapters.persistence.tables import sessions, users
from application.ports.user_repository import UserRepository
from domain.accounts.credentials import fold_case
from domain.accounts.errors import UsernameTaken
from domain.accounts.user import User

ACCOUNTS = select(users).where(users.c.username.is_not(None))


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
        return self._find(ACCOUNTS.where(users.c.id == user_id))

    def find_for_update(self, user_id: UUID) -> User | None:
        return self._find(ACCOUNTS.where(users.c.id == user_id).with_for_update())

    def find_by_username(self, username: str) -> User | None:
        return self._find(ACCOUNTS.where(func.lower(users.c.username) == fold_case(username)))

    def _find(self, statement: Select[tuple[object, ...]]) -> User | None:
        row = self._connection.execute(statement).one_or_none()
        return user_from_row(row) if row else None

    def save(self, user: User) -> None:
        try:
            self._connection.execute(
                update(users).where(users.c.id == user.id).values(user_to_row(user))
            )
        except IntegrityError as error:
            raise UsernameTaken(user.username) from error

    def remove(self, user: User) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.user_id == user.id))
        self._connection.execute(
            update(users)
            .where(users.c.id == user.id)
            .values(username=None, email=None, password_hash=None)
        )
