from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, func, select

from adapters.persistence.faults import naming_faults
from adapters.persistence.session_repository import live_at
from adapters.persistence.tables import sessions, users
from application.pages import Page, Window
from application.ports.account_queries import AccountQueries, Profile, SessionView


class PostgresAccountQueries(AccountQueries):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_profile(self, user_id: UUID) -> Profile | None:
        columns = (users.c.id, users.c.username, users.c.email, users.c.created_at)
        statement = select(*columns).where(users.c.id == user_id, users.c.username.is_not(None))
        with naming_faults(), self._engine.connect() as connection:
            row = connection.execute(statement).one_or_none()
        return Profile(row.id, row.username, row.email, row.created_at) if row else None

    def live_sessions(self, user_id: UUID, window: Window, now: datetime) -> Page[SessionView]:
        conditions = (sessions.c.user_id == user_id, live_at(now))
        count_live = select(func.count()).select_from(sessions).where(*conditions)
        statement = (
            select(
                sessions.c.id,
                sessions.c.created_at,
                sessions.c.last_used_at,
                sessions.c.user_agent,
                sessions.c.ip,
            )
            .where(*conditions)
            .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
            .limit(window.limit)
            .offset(window.offset)
        )
        with naming_faults(), self._engine.connect() as connection:
            count = connection.execute(count_live).scalar_one()
            rows = connection.execute(statement).all()
        return Page(count, [SessionView(*row) for row in rows])
