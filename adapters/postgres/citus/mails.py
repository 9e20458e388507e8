from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.accounts.mappers import user_from_row
from adapters.postgres.citus.accounts import lock_account
from adapters.postgres.mails.queue import (
    COLUMNS,
    COLUMNS_OF_NOTICES,
    SWITCHES,
    USERS,
    PostgresMailQueue,
    due_mails,
    mail_from_row,
    page_of_people,
    values_of_notices,
    values_of_page,
    wants_notices,
)
from adapters.postgres.schema.tables import mails
from adapters.postgres.sql import compile_sql
from application.ports.mail_queue import Audience, ClaimedMail, NewNotice
from domain.accounts.errors import AccountDeleted
from domain.mails.queued_mail import QueuedMail

ADD = compile_sql(
    insert(mails)
    .values({name: bindparam(name, type_=mails.c[name].type) for name in COLUMNS})
    .on_conflict_do_nothing()
)
CLAIM_DUE = f"""
    WITH {due_mails("mails", "true")}, claimed AS (
        UPDATE mails SET lease_id = %(lease_id)s, next_attempt_at = %(lease_until)s
        FROM due WHERE mails.id = due.id
        RETURNING mails.*, due.due_at
    )
    SELECT * FROM claimed ORDER BY address IS NULL, due_at, id
"""  # noqa: S608  # no values, only names
CREATOR = "SELECT creator_id FROM events WHERE id = %(event_id)s"
ADD_NOTICES = f"""
    INSERT INTO mails ({COLUMNS_OF_NOTICES})
    SELECT {values_of_notices("user_id")} FROM unnest(%(user_ids)s::uuid[]) AS user_id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  # no values, only names


@cache
def _recipients(switch: str) -> str:
    return f"SELECT id FROM users WHERE id = ANY(%(user_ids)s::uuid[]) AND {wants_notices(switch)}"  # noqa: S608


class CitusMailQueue(PostgresMailQueue):
    """Mails are on one worker, users on all."""

    def add(self, mail: QueuedMail) -> None:
        try:
            lock_account(self._transaction, mail.user_id)
        except AccountDeleted:
            return
        self._transaction.write(ADD, asdict(mail) | {"kind": str(mail.kind)})

    def add_page(
        self, audience: Audience, notice: NewNotice, *, after: UUID | None, limit: int
    ) -> UUID | None:
        """Accounts are not locked: `claim_due` removes mails of those deleted meanwhile."""
        values = values_of_page(audience, notice, after, limit)
        creators = [row.creator_id for row in self._transaction.rows(CREATOR, values)]
        sql = page_of_people(includes_waitlist=audience.includes_waitlist)
        people = self._transaction.rows(sql, values)
        if not people:
            return None
        user_ids = [
            row.user_id
            for row in people
            if row.since <= audience.until and row.user_id not in creators
        ]
        recipients = self._transaction.rows(
            _recipients(SWITCHES[notice.kind]), {"user_ids": user_ids}
        )
        values["user_ids"] = [row.id for row in recipients]
        self._transaction.write(ADD_NOTICES, values)
        return people[-1].user_id if len(people) == limit else None

    def claim_due(
        self, now: datetime, limit: int, lease_id: UUID, lease_until: datetime
    ) -> Sequence[ClaimedMail]:
        values = {"now": now, "limit": limit, "lease_id": lease_id, "lease_until": lease_until}
        rows = self._transaction.rows(CLAIM_DUE, values)
        if not rows:
            return []
        found = self._transaction.rows(USERS, {"user_ids": list({row.user_id for row in rows})})
        by_id = {row.id: user_from_row(row) for row in found if row.username is not None}
        claimed = []
        for row in rows:
            if row.user_id in by_id:
                claimed.append(ClaimedMail(mail_from_row(row), by_id[row.user_id], lease_id))
            else:
                self.remove(row.id)
        return claimed
