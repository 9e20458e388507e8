"""Delete what belongs to deleted accounts.

The previous release, which runs alongside during an upgrade, leaves it when it deletes an account.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Delete, Select, Update, delete, func, null, select, true, update

from adapters.postgres.pages import LIMIT
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import mails, users, webhooks
from adapters.postgres.sql import compile_sql


@dataclass(frozen=True)
class Removal:
    """Finds the ids of rows, and how to remove them."""

    found: Select[tuple[UUID]]
    change: Delete | Update


_is_deleted = users.c.username.is_(None)
WEBHOOKS, MAILS = (
    Removal(
        select(table.c.id).join(users, users.c.id == table.c.user_id).where(_is_deleted),
        delete(table),
    )
    for table in (webhooks, mails)
)
VERIFIED_EMAILS = Removal(
    select(users.c.id).where(_is_deleted, users.c.verified_email.is_not(None)),
    update(users).values(verified_email=null()),
)


class RowsOfDeletedAccounts:
    def __init__(self, reader: Reader, removal: Removal) -> None:
        self._reader = reader
        self._count = compile_sql(select(func.count()).select_from(removal.found.subquery("found")))
        table = removal.change.table
        locked = (
            removal.found.limit(LIMIT).with_for_update(of=table, skip_locked=True).cte("locked")
        )
        removed = (
            removal.change.where(table.c.id == locked.c.id)
            .returning(true().label("is_removed"))
            .cte("removed")
        )
        self._remove = compile_sql(select(func.count()).select_from(removed))

    def count(self, _expired_before: datetime) -> int:
        """Raises Unavailable."""
        [[count]] = self._reader.rows(self._count, {})
        return int(count)

    def remove(self, _expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed. Skips locked rows. Raises Unavailable."""
        [[count]] = self._reader.rows(self._remove, {"limit": limit})
        return int(count)
