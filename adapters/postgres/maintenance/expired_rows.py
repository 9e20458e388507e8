"""Delete expired rows while the service is running."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, Table, bindparam, delete, func, select, true, tuple_

from adapters.postgres.maintenance.ended_waitlists import EndedWaitlists
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import idempotency_keys, password_attempts, sessions
from adapters.postgres.sql import compile_sql
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME

# Rows per statement: it is fast and locks only these rows.
BATCH = 1_000


@dataclass(frozen=True)
class ExpiryRule:
    """Rows of a table expire `lifetime` after the instant in an indexed column."""

    table: Table
    since: Column[datetime]
    lifetime: timedelta = timedelta(0)


# `expires_at` is the expiry of the newest token; no other token expires later. A revoked session
# therefore remains until all its tokens have expired.
EXPIRED_SESSIONS = ExpiryRule(sessions, sessions.c.expires_at)
EXPIRED_IDEMPOTENCY_KEYS = ExpiryRule(
    idempotency_keys, idempotency_keys.c.created_at, IDEMPOTENCY_KEY_LIFETIME
)
FORGOTTEN_PASSWORD_ATTEMPTS = ExpiryRule(
    password_attempts, password_attempts.c.last_attempt_at, ATTEMPTS_LIFETIME
)
RULES: Mapping[str, ExpiryRule] = {
    "session": EXPIRED_SESSIONS,
    "idempotency key": EXPIRED_IDEMPOTENCY_KEYS,
    "wrong-password counter": FORGOTTEN_PASSWORD_ATTEMPTS,
}


def purge(reader: Reader, expired_before: datetime, *, is_dry: bool = False) -> Mapping[str, int]:
    """Delete rows that expired before, or only count them (`is_dry`). Returns the number per kind.

    Each batch is its own transaction, so a purge may be interrupted or run concurrently. Raises
    Unavailable.
    """
    rows: dict[str, ExpiredRows | EndedWaitlists] = {
        kind: ExpiredRows(reader, rule) for kind, rule in RULES.items()
    }
    rows["waitlist place"] = EndedWaitlists(reader)
    if is_dry:
        return {kind: each.count(expired_before) for kind, each in rows.items()}
    removed = dict.fromkeys(rows, 0)
    for kind, each in rows.items():
        batch = BATCH
        # A smaller batch is the last one; rows locked by others are skipped.
        while batch == BATCH:
            batch = each.remove(expired_before, BATCH)
            removed[kind] += batch
    return removed


class ExpiredRows:
    def __init__(self, reader: Reader, rule: ExpiryRule) -> None:
        self._reader = reader
        self._lifetime = rule.lifetime
        is_expired = rule.since <= bindparam("before", type_=rule.since.type)
        self._count = compile_sql(select(func.count()).select_from(rule.table).where(is_expired))
        key = tuple(rule.table.primary_key)
        oldest = (
            select(*key)
            .where(is_expired)
            .order_by(rule.since)
            .limit(bindparam("limit", type_=Integer))
            .with_for_update(skip_locked=True)
            .cte("oldest")
        )
        removed = (
            delete(rule.table)
            .where(tuple_(*key) == tuple_(*oldest.c))
            .returning(true().label("is_removed"))
            .cte("removed")
        )
        self._remove = compile_sql(select(func.count()).select_from(removed))

    def count(self, expired_before: datetime) -> int:
        """Raises Unavailable."""
        [[count]] = self._reader.rows(self._count, {"before": expired_before - self._lifetime})
        return int(count)

    def remove(self, expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed. Skips locked rows. Raises Unavailable."""
        values = {"before": expired_before - self._lifetime, "limit": limit}
        [[count]] = self._reader.rows(self._remove, values)
        return int(count)
