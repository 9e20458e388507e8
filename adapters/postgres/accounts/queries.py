from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from adapters.postgres.accounts.sessions import IS_LIVE
from adapters.postgres.pages import LIMIT, OFFSET, page_of, page_values
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import attendances, events, sessions, users
from adapters.postgres.sql import NOW, SESSION_ID, USER_ID, columns_of, compile_sql
from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.account_queries import AccountQueries, LiveSession, Profile, SessionView
from domain.accounts.errors import AccountDeleted

SESSION = compile_sql(
    select(sessions.c.user_id, sessions.c.refresh_token_hash).where(
        sessions.c.id == SESSION_ID, IS_LIVE
    )
)
PROFILE = compile_sql(
    select(*columns_of(Profile, users)).where(users.c.id == USER_ID, users.c.username.is_not(None))
)
_upcoming = events.c.start_time > NOW
UNFINISHED_DELETIONS = compile_sql(
    select(users.c.id)
    .where(
        users.c.username.is_(None),
        or_(
            exists().where(events.c.creator_id == users.c.id, _upcoming),
            exists().where(
                attendances.c.user_id == users.c.id,
                events.c.id == attendances.c.event_id,
                _upcoming,
            ),
        ),
    )
    .order_by(users.c.id)
)
_live = (sessions.c.user_id == USER_ID, IS_LIVE)
COUNT_LIVE = compile_sql(select(func.count()).select_from(sessions).where(*_live))
LIVE = compile_sql(
    select(*columns_of(SessionView, sessions))
    .where(*_live)
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    .limit(LIMIT)
    .offset(OFFSET)
)


class PostgresAccountQueries(AccountQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find_live_session(self, session_id: UUID, now: datetime) -> LiveSession | None:
        rows = self._reader.rows(SESSION, {"session_id": session_id, "now": now})
        return LiveSession(rows[0].user_id, bytes(rows[0].refresh_token_hash)) if rows else None

    def unfinished_deletions(self, now: datetime) -> Sequence[UUID]:
        return [row.id for row in self._reader.rows(UNFINISHED_DELETIONS, {"now": now})]

    def get_profile(self, caller: Caller) -> Profile:
        rows = self._reader.rows(PROFILE, {"user_id": caller.user_id}, caller)
        if not rows:
            raise AccountDeleted
        return Profile(**rows[0]._asdict())

    def live_sessions(
        self, caller: Caller, page_request: PageRequest, now: datetime
    ) -> Page[SessionView]:
        values = {"user_id": caller.user_id, "now": now, **page_values(page_request)}
        [[count]] = self._reader.rows(COUNT_LIVE, values, caller)
        views = [SessionView(**row._asdict()) for row in self._reader.rows(LIVE, values, caller)]
        return page_of(views, page_request, count, lambda view: Cursor(view.created_at, view.id))
