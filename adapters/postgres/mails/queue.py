from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, any_, bindparam, delete, func, null, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.accounts.mappers import user_from_row
from adapters.postgres.connection import Row
from adapters.postgres.schema.tables import mails, users
from adapters.postgres.sql import USER_ID, columns_of, compile_sql, update_values
from adapters.postgres.transaction import Transaction
from application.ports.mail_queue import Audience, ClaimedMail, MailQueue, NewNotice
from domain.accounts.user import User
from domain.mails.queued_mail import MailKind, QueuedMail

MAIL_ID = bindparam("mail_id", type_=Uuid)
FIRST_ID = UUID(int=0)
COLUMNS = [each.name for each in columns_of(QueuedMail, mails)]
SWITCHES = {
    MailKind.PROMOTED: "notify_promotion",
    MailKind.CALLED_OFF: "notify_event_changes",
    MailKind.MOVED: "notify_event_changes",
    MailKind.REMINDER: "notify_reminder",
}
# Locks the account against deletion.
ADD = compile_sql(
    insert(mails)
    .from_select(
        COLUMNS,
        select(*(bindparam(name, type_=mails.c[name].type) for name in COLUMNS))
        .select_from(users)
        .where(users.c.id == USER_ID, users.c.username.is_not(None))
        .with_for_update(key_share=True, read=True),
    )
    .on_conflict_do_nothing()
)
WITH_VERIFIED_EMAIL = compile_sql(
    select(users).where(
        func.lower(users.c.verified_email.collate("C"))
        == func.lower(bindparam("email", type_=Text).collate("C")),
        users.c.verified_email.is_not(None),
        users.c.verified_email == users.c.email,
        users.c.username.is_not(None),
    )
)


def due_mails(source: str, condition: str) -> str:
    """The CTE `due`. `source` has the table `mails`."""

    def due(address: str, limit: str) -> str:
        return f"""
            SELECT mails.id, mails.user_id, mails.next_attempt_at AS due_at
            FROM {source}
            WHERE mails.address IS {address} AND mails.next_attempt_at <= %(now)s AND {condition}
            ORDER BY mails.next_attempt_at, mails.id LIMIT {limit}
            FOR UPDATE OF mails SKIP LOCKED
        """  # noqa: S608  # no values, only names

    return f"""
        addressed AS (
            {due("NOT NULL", "%(limit)s")}
        ), notices AS (
            {due("NULL", "%(limit)s - (SELECT count(*) FROM addressed)")}
        ), due AS (
            SELECT * FROM addressed UNION ALL SELECT * FROM notices
        )
    """  # noqa: S608  # no values, only names


_with_users = "mails JOIN users ON users.id = mails.user_id"
# Users are locked like mails, without waiting: the deletion of an account waits for its mails while
# it has the user locked.
CLAIM_DUE = f"""
    WITH {due_mails(_with_users, "users.username IS NOT NULL")}, recipients AS (
        SELECT id FROM users WHERE id IN (SELECT user_id FROM due)
        FOR KEY SHARE SKIP LOCKED
    ), claimed AS (
        UPDATE mails SET lease_id = %(lease_id)s, next_attempt_at = %(lease_until)s
        FROM due JOIN recipients ON recipients.id = due.user_id
        WHERE mails.id = due.id
        RETURNING mails.*, due.due_at
    )
    SELECT * FROM claimed ORDER BY address IS NULL, due_at, id
"""  # noqa: S608  # no values, only names
USERS = compile_sql(
    select(users).where(users.c.id == any_(bindparam("user_ids", type_=ARRAY(Uuid))))
)
LOCK_LEASED = compile_sql(
    select(mails)
    .where(mails.c.id == MAIL_ID, mails.c.lease_id == bindparam("lease_id", type_=Uuid))
    .with_for_update()
)
SAVE = compile_sql(
    update_values(mails, ["attempts", "next_attempt_at"])
    .values(lease_id=null())
    .where(mails.c.id == MAIL_ID)
)
REMOVE = compile_sql(delete(mails).where(mails.c.id == MAIL_ID))


def _next_people(table: str, since: str) -> str:
    """A scan of the primary key."""
    return f"""
        (
            SELECT user_id, {since} AS since FROM {table}
            WHERE event_id = %(event_id)s AND user_id > %(after)s
            ORDER BY user_id LIMIT %(limit)s
        )
    """  # noqa: S608  # no values, only names


def page_of_people(*, includes_waitlist: bool) -> str:
    """People with a place at the event, in order of id, and since when they have it."""
    attendees = _next_people("attendances", "registered_at")
    waiting = _next_people("waitlist_entries", "joined_at")
    return f"""
        SELECT * FROM {attendees} AS attending
        {f"UNION ALL {waiting}" if includes_waitlist else ""}
        ORDER BY user_id LIMIT %(limit)s
    """  # noqa: S608  # no values, only names


COLUMNS_OF_NOTICES = "id, message_id, user_id, kind, data, created_at, next_attempt_at, attempts"


def values_of_notices(user_id: str) -> str:
    return f"""
        gen_random_uuid(), %(message_id)s, {user_id}, %(kind)s, %(data)s, %(created_at)s,
        %(created_at)s, 0
    """


def wants_notices(switch: str) -> str:
    return f"""
        users.username IS NOT NULL AND users.verified_email = users.email AND users.{switch}
    """


@cache
def add_page(switch: str, *, includes_waitlist: bool) -> str:
    """Returns the last user id of a full page."""
    return f"""
        WITH people AS (
            {page_of_people(includes_waitlist=includes_waitlist)}
        ), added AS (
            INSERT INTO mails ({COLUMNS_OF_NOTICES})
            SELECT {values_of_notices("users.id")}
            FROM people JOIN users ON users.id = people.user_id
            WHERE people.since <= %(until)s
                AND {wants_notices(switch)}
                AND users.id <> (SELECT creator_id FROM events WHERE id = %(event_id)s)
            ORDER BY users.id
            FOR KEY SHARE OF users
            ON CONFLICT DO NOTHING
        )
        SELECT user_id FROM people ORDER BY user_id OFFSET %(limit)s - 1 LIMIT 1
    """  # noqa: S608  # no values, only names


class PostgresMailQueue(MailQueue):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, mail: QueuedMail) -> None:
        self._transaction.write(ADD, asdict(mail) | {"kind": str(mail.kind)})

    def add_page(
        self, audience: Audience, notice: NewNotice, *, after: UUID | None, limit: int
    ) -> UUID | None:
        sql = add_page(SWITCHES[notice.kind], includes_waitlist=audience.includes_waitlist)
        rows = self._transaction.rows(sql, values_of_page(audience, notice, after, limit))
        return rows[0].user_id if rows else None

    def users_with_verified_email(self, email: str) -> Sequence[User]:
        rows = self._transaction.rows(WITH_VERIFIED_EMAIL, {"email": email})
        return [user_from_row(row) for row in rows]

    def claim_due(
        self, now: datetime, limit: int, lease_id: UUID, lease_until: datetime
    ) -> Sequence[ClaimedMail]:
        values = {"now": now, "limit": limit, "lease_id": lease_id, "lease_until": lease_until}
        rows = self._transaction.rows(CLAIM_DUE, values)
        if not rows:
            return []
        user_ids = {"user_ids": list({row.user_id for row in rows})}
        found = [user_from_row(row) for row in self._transaction.rows(USERS, user_ids)]
        by_id = {user.id: user for user in found}
        return [ClaimedMail(mail_from_row(row), by_id[row.user_id], lease_id) for row in rows]

    def find_leased_for_update(self, mail_id: UUID, lease_id: UUID) -> QueuedMail | None:
        values = {"mail_id": mail_id, "lease_id": lease_id}
        rows = self._transaction.locked_rows(LOCK_LEASED, values)
        return mail_from_row(rows[0]) if rows else None

    def save(self, mail: QueuedMail) -> None:
        values = {"attempts": mail.attempts, "next_attempt_at": mail.next_attempt_at}
        self._transaction.write(SAVE, {"mail_id": mail.id, **values})

    def remove(self, mail_id: UUID) -> None:
        self._transaction.write(REMOVE, {"mail_id": mail_id})


def values_of_page(
    audience: Audience, notice: NewNotice, after: UUID | None, limit: int
) -> dict[str, Any]:
    return {
        "event_id": audience.event_id,
        "until": audience.until,
        **asdict(notice),
        "kind": str(notice.kind),
        "after": after or FIRST_ID,
        "limit": limit,
    }


def mail_from_row(row: Row) -> QueuedMail:
    values = {name: getattr(row, name) for name in COLUMNS}
    return QueuedMail(**values | {"kind": MailKind(row.kind)})
