from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select

from adapters.persistence.mappers import session_from_row
from adapters.persistence.pages import LIMIT, OFFSET, page_of, values_of_window
from adapters.persistence.reader import Reader, as_sql
from adapters.persistence.session_repository import live_at
from adapters.persistence.tables import sessions, users
from application.pages import Page, Position, Window
from application.ports.account_queries import AccountQueries, Profile, SessionView
from domain.accounts.session import Session

SESSION = as_sql(select(sessions).where(sessions.c.id == bindparam("session_id")))
PROFILE = as_sql(
    select(users.c.id, users.c.username, users.c.email, users.c.created_at).where(
        users.c.id == bindparam("user_id"), users.c.username.is_not(None)
    )
)
_live = (
    sessions.c.user_id == bindparam("user_id"),
    live_at(bindparam("now", type_=sessions.c.expires_at.type)),
)
COUNT_LIVE = as_sql(select(func.count()).select_from(sessions).where(*_live))
LIVE = as_sql(
    select(
        sessions.c.id,
        sessions.c.created_at,
        sessions.c.last_used_at,
        sessions.c.user_agent,
        sessions.c.ip,
    )
    .where(*_live)
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    .limit(LIMIT)
    .offset(OFFSET)
)


class PostgresAccountQueries(AccountQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find_session(self, session_id: UUID) -> Session | None:
        rows = self._reader.rows(SESSION, {"session_id": session_id})
        return session_from_row(rows[0]) if rows else None

    def find_profile(self, user_id: UUID) -> Profile | None:
        rows = self._reader.rows(PROFILE, {"user_id": user_id})
        return Profile(*rows[0]) if rows else None

    def live_sessions(self, user_id: UUID, window: Window, now: datetime) -> Page[SessionView]:
        values = {"user_id": user_id, "now": now, **values_of_window(window)}
        [[count]] = self._reader.rows(COUNT_LIVE, values)
        views = [SessionView(*row) for row in self._reader.rows(LIVE, values)]
        return page_of(views, window, count, lambda view: Position(view.created_at, view.id))
