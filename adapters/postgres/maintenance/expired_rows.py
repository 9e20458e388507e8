"""Rows that have had their time. A statement takes a moment, and locks what it deletes alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, Table, bindparam, delete, func, select, true, tuple_

from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import idempotency_keys, sessions
from adapters.postgres.sql import compile_sql
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME
from application.ports.expired_rows import ExpiredRows


@dataclass(frozen=True)
class ExpiryRule:
    """Rows of a table that are over so long after what a column says; an index has that column."""

    table: Table
    since: Column[datetime]
    lifetime: timedelta = timedelta(0)


# No token of a session lives longer than the newest one, whose end this is: what was spent or
# revoked is known for as long as anybody could show it.
EXPIRED_SESSIONS = ExpiryRule(sessions, sessions.c.expires_at)
EXPIRED_IDEMPOTENCY_KEYS = ExpiryRule(
    idempotency_keys, idempotency_keys.c.created_at, IDEMPOTENCY_KEY_LIFETIME
)


class PostgresExpiredRows(ExpiredRows):
    def __init__(self, reader: Reader, rows: ExpiryRule) -> None:
        self._reader = reader
        self._lifetime = rows.lifetime
        is_over = rows.since <= bindparam("before", type_=rows.since.type)
        self._count = compile_sql(select(func.count()).select_from(rows.table).where(is_over))
        key = tuple(rows.table.primary_key)
        oldest = (
            select(*key)
            .where(is_over)
            .order_by(rows.since)
            .limit(bindparam("at_most", type_=Integer))
            .with_for_update(skip_locked=True)
            .cte("oldest")
        )
        removed = (
            delete(rows.table)
            .where(tuple_(*key) == tuple_(*oldest.c))
            .returning(true().label("is_removed"))
            .cte("removed")
        )
        self._remove = compile_sql(select(func.count()).select_from(removed))

    def count(self, expired_before: datetime) -> int:
        [[count]] = self._reader.rows(self._count, {"before": expired_before - self._lifetime})
        return int(count)

    def remove(self, expired_before: datetime, at_most: int) -> int:
        values = {"before": expired_before - self._lifetime, "at_most": at_most}
        [[count]] = self._reader.rows(self._remove, values)
        return int(count)
