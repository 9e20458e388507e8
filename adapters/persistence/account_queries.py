from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, bindparam, func, select

from adapters.persistence.engine import reading
from adapters.persistence.mappers import session_from_row
from adapters.persistence.pages import one_more, page_of
from adapters.persistence.session_repository import live_at
from adapters.persistence.tables import sessions, users
from application.pages import Page, Position, Window
from application.ports.account_queries import AccountQueries, Profile, SessionView
from domain.accounts.session import Session

# Every request begins with this one: made once.
SESSION = select(sessions).where(sessions.c.id == bindparam("session_id"))


class PostgresAccountQueries(AccountQueries):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_session(self, session_id: UUID) -> Session | None:
        with reading(self._engine) as connection:
            row = connection.execute(SESSION, {"session_id": session_id}).one_or_none()
        return session_from_row(row) if row else None

    def find_profile(self, user_id: UUID) -> Profile | None:
        columns = (users.c.id, users.c.username, users.c.email, users.c.created_at)
        statement = select(*columns).where(users.c.id == user_id, users.c.username.is_not(None))
        with reading(self._engine) as connection:
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
            .limit(one_more(window))
            .offset(window.offset)
        )
        with reading(self._engine) as connection:
            count = connection.execute(count_live).scalar_one()
            rows = connection.execute(statement).all()
        views = [SessionView(*row) for row in rows]
        return page_of(views, window, count, lambda view: Position(view.created_at, view.id))
