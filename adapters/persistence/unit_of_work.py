from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from adapters.persistence.engine import is_outage, naming_outages
from adapters.persistence.event_repository import PostgresEventRepository
from adapters.persistence.session_repository import PostgresSessionRepository
from adapters.persistence.user_repository import PostgresUserRepository
from application.errors import Unavailable
from application.ports.unit_of_work import UnitOfWork


class PostgresUnitOfWork(UnitOfWork):
    """One transaction at READ COMMITTED: what is decided on is locked first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        with naming_outages():
            self._connection = self._engine.connect()
        self.users = PostgresUserRepository(self._connection)
        self.sessions = PostgresSessionRepository(self._connection)
        self.events = PostgresEventRepository(self._connection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with naming_outages():
            self._connection.close()  # rolls back what was not committed
        if is_outage(error):
            raise Unavailable from error

    def commit(self) -> None:
        self._connection.commit()
