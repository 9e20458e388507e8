from uuid import UUID

from sqlalchemy import Engine, select

from adapters.persistence.engine import naming_outages
from adapters.persistence.tables import users
from application.ports.account_queries import AccountQueries, Profile


class PostgresAccountQueries(AccountQueries):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_profile(self, user_id: UUID) -> Profile | None:
        columns = (users.c.id, users.c.username, users.c.email, users.c.created_at)
        statement = select(*columns).where(users.c.id == user_id)
        with naming_outages(), self._engine.connect() as connection:
            row = connection.execute(statement).one_or_none()
        return Profile(row.id, row.username, row.email, row.created_at) if row else None
