"""Deleting sessions and idempotency keys that have expired, beside a running service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, Table, bindparam, delete, func, select, true, tuple_

from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import idempotency_keys, sessions
from adapters.postgres.sql import compile_sql
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME

# Rows that one statement deletes: it takes a moment, and locks only these.
BATCH = 1_000


@dataclass(frozen=True)
class ExpiryRule:
    """Rows of a table expire `lifetime` after the instant in an indexed column."""

    table: Table
    since: Column[datetime]
    lifetime: timedelta = timedelta(0)


# The column is the expiry of a session's newest token, and no other one expires later: a revoked
# session is kept for as long as any of its tokens could be sent.
EXPIRED_SESSIONS = ExpiryRule(sessions, sessions.c.expires_at)
EXPIRED_IDEMPOTENCY_KEYS = ExpiryRule(
    idempotency_keys, idempotency_keys.c.created_at, IDEMPOTENCY_KEY_LIFETIME
)
RULES: Mapping[str, ExpiryRule] = {
    "sessions": EXPIRED_SESSIONS,
    "idempotency keys": EXPIRED_IDEMPOTENCY_KEYS,
}


def purge(reader: Reader, expired_before: datetime, *, is_dry: bool = False) -> Mapping[str, int]:
    """Delete what has expired by then, or with `is_dry` only count it; the number of each kind.

    Each batch commits by itself: a purge may be interrupted, and run twice at once. Raises
    Unavailable.
    """
    rows = {kind: ExpiredRows(reader, rule) for kind, rule in RULES.items()}
    if is_dry:
        return {kind: each.count(expired_before) for kind, each in rows.items()}
    removed = dict.fromkeys(rows, 0)
    for kind, each in rows.items():
        last = BATCH
        # A smaller batch is the last, but for rows that others have locked.
        while last == BATCH:
            last = each.remove(expired_before, BATCH)
            removed[kind] += last
    return removed


class ExpiredRows:
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
        """Raises Unavailable."""
        [[count]] = self._reader.rows(self._count, {"before": expired_before - self._lifetime})
        return int(count)

    def remove(self, expired_before: datetime, at_most: int) -> int:
        """The number of rows removed. Skips those that others have locked. Raises Unavailable."""
        values = {"before": expired_before - self._lifetime, "at_most": at_most}
        [[count]] = self._reader.rows(self._remove, values)
        return int(count)
