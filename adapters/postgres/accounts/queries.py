from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, and_, bindparam, exists, false, func, literal_column, or_, select, true

from adapters.postgres.accounts.mappers import user_from_row
from adapters.postgres.accounts.password_attempts import (
    LATEST_ATTEMPTS,
    attempts_from_row,
    attempts_values,
)
from adapters.postgres.accounts.sessions import IS_LIVE, IS_SESSION
from adapters.postgres.events.filters import IS_DRAFT, has_state
from adapters.postgres.pages import LIMIT, OFFSET, page_of, page_values
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import attendances, events, sessions, users, waitlist_entries
from adapters.postgres.sql import NOW, USER_ID, columns_of, compile_sql
from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.account_queries import (
    AccountQueries,
    Credentials,
    Profile,
    SessionView,
)
from domain.accounts.credentials import fold_username
from domain.accounts.errors import AccountDeleted
from domain.events.state import EventState

NAME = bindparam("name", type_=Text)
REFRESH_TOKEN_HASH = compile_sql(select(sessions.c.refresh_token_hash).where(IS_SESSION, IS_LIVE))
_email_verified = func.coalesce(users.c.email == users.c.verified_email, false())
PROFILE = compile_sql(
    select(*columns_of(Profile, users), _email_verified.label("email_verified")).where(
        users.c.id == USER_ID, users.c.username.is_not(None)
    )
)
UPCOMING = events.c.start_time > NOW
# An event of a deleted account.
REMAINS = or_(IS_DRAFT, and_(has_state(EventState.PUBLISHED), UPCOMING))
UNFINISHED_DELETIONS = compile_sql(
    select(users.c.id)
    .where(
        users.c.username.is_(None),
        or_(
            exists().where(events.c.creator_id == users.c.id, REMAINS),
            exists().where(
                attendances.c.user_id == users.c.id,
                events.c.id == attendances.c.event_id,
                UPCOMING,
            ),
            exists().where(
                waitlist_entries.c.user_id == users.c.id,
                events.c.id == waitlist_entries.c.event_id,
                UPCOMING,
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


_one_row = select(literal_column("1")).subquery("one_row")
_columns = (*users.c, *LATEST_ATTEMPTS.c)
IS_NAMED = (func.lower(users.c.username) == NAME) & users.c.username.is_not(None)
FIND_CREDENTIALS = compile_sql(
    select(*_columns).select_from(
        _one_row.outerjoin(users, IS_NAMED).outerjoin(LATEST_ATTEMPTS, true())
    )
)
GET_CREDENTIALS = compile_sql(
    select(*_columns)
    .select_from(users.outerjoin(LATEST_ATTEMPTS, true()))
    .where(users.c.id == USER_ID, users.c.username.is_not(None))
)


class PostgresAccountQueries(AccountQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find_credentials(self, username: str, keys: Sequence[bytes], now: datetime) -> Credentials:
        values = {"name": fold_username(username), **attempts_values(keys, now)}
        [row] = self._reader.rows(FIND_CREDENTIALS, values)
        user = None if row.id is None else user_from_row(row)
        return Credentials(user, attempts_from_row(row), bytes(row.attempts_key or keys[-1]))

    def get_credentials(self, caller: Caller, key: bytes, now: datetime) -> Credentials:
        values = {"user_id": caller.user_id, **attempts_values((key,), now)}
        rows = self._reader.rows(GET_CREDENTIALS, values, caller)
        if not rows:
            raise AccountDeleted
        return Credentials(user_from_row(rows[0]), attempts_from_row(rows[0]), key)

    def find_refresh_token_hash(
        self, session_id: UUID, user_id: UUID, now: datetime
    ) -> bytes | None:
        values = {"session_id": session_id, "user_id": user_id, "now": now}
        rows = self._reader.rows(REFRESH_TOKEN_HASH, values)
        return bytes(rows[0].refresh_token_hash) if rows else None

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
