"""Delete expired rows while the service is running."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from adapters.postgres.maintenance.deleted_accounts import (
    MAILS,
    VERIFIED_EMAILS,
    WEBHOOKS,
    RowsOfDeletedAccounts,
)
from adapters.postgres.maintenance.deleted_webhooks import DeliveriesOfDeletedWebhooks
from adapters.postgres.maintenance.ended_waitlists import EndedWaitlists
from adapters.postgres.pages import LIMIT
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import (
    idempotency_keys,
    mail_tokens,
    password_attempts,
    reminders,
    sessions,
    webhook_deliveries,
    webhooks,
)
from adapters.postgres.sql import compile_sql
from application.idempotency import IDEMPOTENCY_KEY_LIFETIME
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME

# Rows per statement: it is fast and locks only these rows.
BATCH = 1_000


# How long the log of a webhook shows a finished delivery.
DELIVERY_LIFETIME = timedelta(days=30)


class Removable(Protocol):
    """Rows to purge. Both raise Unavailable."""

    def count(self, expired_before: datetime) -> int: ...

    def remove(self, expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed."""


RowsByKind: TypeAlias = Mapping[str, Sequence[Removable]]


@dataclass(frozen=True)
class ExpiryRule:
    """Rows of a table expire `lifetime` after an instant; both that and `condition` are indexed."""

    table: Table
    since: ColumnElement[datetime]
    lifetime: timedelta = timedelta(0)
    condition: ColumnElement[bool] = field(default_factory=true)

    @property
    def is_expired(self) -> ColumnElement[bool]:
        """Needs `before`, the lifetime ago."""
        return and_(self.since <= bindparam("before", type_=self.since.type), self.condition)

    def oldest(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The columns of the rows that expired first. Needs `before` and `limit`."""
        return select(*columns).where(self.is_expired).order_by(self.since).limit(LIMIT)


# `expires_at` is the expiry of the newest token; no other token expires later. A revoked session
# therefore remains until all its tokens have expired.
EXPIRED_SESSIONS = ExpiryRule(sessions, sessions.c.expires_at)
EXPIRED_IDEMPOTENCY_KEYS = ExpiryRule(
    idempotency_keys, idempotency_keys.c.created_at, IDEMPOTENCY_KEY_LIFETIME
)
FORGOTTEN_PASSWORD_ATTEMPTS = ExpiryRule(
    password_attempts, password_attempts.c.last_attempt_at, ATTEMPTS_LIFETIME
)
FINISHED_DELIVERIES = ExpiryRule(
    webhook_deliveries,
    func.coalesce(webhook_deliveries.c.last_attempt_at, webhook_deliveries.c.created_at),
    DELIVERY_LIFETIME,
    # Those of deleted webhooks are removed by another rule, whatever their age is.
    and_(
        webhook_deliveries.c.state != literal_column("'pending'"),
        exists().where(webhooks.c.id == webhook_deliveries.c.webhook_id),
    ),
)
EXPIRED_MAIL_TOKENS = ExpiryRule(mail_tokens, mail_tokens.c.expires_at)
PAST_REMINDERS = ExpiryRule(reminders, reminders.c.start_time)


class ExpiredRows:
    def __init__(self, reader: Reader, rule: ExpiryRule) -> None:
        self._reader = reader
        self._lifetime = rule.lifetime
        count = select(func.count())
        self._count = compile_sql(count.select_from(rule.table).where(rule.is_expired))
        removed = self.delete_oldest(rule).returning(true().label("is_removed")).cte("removed")
        self._remove = compile_sql(count.select_from(removed))

    def count(self, expired_before: datetime) -> int:
        """Raises Unavailable."""
        [[count]] = self._reader.rows(self._count, {"before": expired_before - self._lifetime})
        return int(count)

    def remove(self, expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed. Raises Unavailable."""
        values = {"before": expired_before - self._lifetime, "limit": limit}
        [[count]] = self._reader.rows(self._remove, values)
        return int(count)

    @staticmethod
    def delete_oldest(rule: ExpiryRule) -> Delete:
        """Delete up to `limit` rows. Skips locked rows."""
        key = tuple(rule.table.primary_key)
        oldest = rule.oldest(*key).with_for_update(of=rule.table, skip_locked=True).cte("oldest")
        return delete(rule.table).where(tuple_(*key) == tuple_(*oldest.c))


def rows_by_kind(reader: Reader) -> RowsByKind:
    return {
        **shared_rows_by_kind(reader, ExpiredRows, EndedWaitlists),
        "row of deleted accounts": [
            RowsOfDeletedAccounts(reader, removal) for removal in (WEBHOOKS, MAILS, VERIFIED_EMAILS)
        ],
    }


def shared_rows_by_kind(
    reader: Reader, expired_rows: type[ExpiredRows], ended_waitlists: type[EndedWaitlists]
) -> RowsByKind:
    """On PostgreSQL and Citus. The classes are for tables that Citus splits into shards."""
    return {
        "session": [expired_rows(reader, EXPIRED_SESSIONS)],
        "idempotency key": [expired_rows(reader, EXPIRED_IDEMPOTENCY_KEYS)],
        "wrong-password counter": [expired_rows(reader, FORGOTTEN_PASSWORD_ATTEMPTS)],
        "waitlist place": [ended_waitlists(reader)],
        "webhook delivery": [
            DeliveriesOfDeletedWebhooks(reader),
            ExpiredRows(reader, FINISHED_DELIVERIES),
        ],
        "mail token": [expired_rows(reader, EXPIRED_MAIL_TOKENS)],
        "reminder": [expired_rows(reader, PAST_REMINDERS)],
    }


def purge(
    rows_by_kind: RowsByKind, expired_before: datetime, *, is_dry: bool = False
) -> Mapping[str, int]:
    """Delete rows that expired before, or only count them (`is_dry`). Returns the number per kind.

    Each batch is its own transaction, so a purge may be interrupted or run concurrently. Raises
    Unavailable.
    """
    counts = dict.fromkeys(rows_by_kind, 0)
    for kind, sources in rows_by_kind.items():
        for rows in sources:
            count = rows.count if is_dry else partial(_remove_all, rows)
            counts[kind] += count(expired_before)
    return counts


def _remove_all(rows: Removable, expired_before: datetime) -> int:
    # A batch may be smaller than others because rows were locked or deleted meanwhile.
    return sum(iter(partial(rows.remove, expired_before, BATCH), 0))
