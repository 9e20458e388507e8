from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, null, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.schema.tables import webhook_deliveries, webhooks
from adapters.postgres.sql import array_values, compile_sql, rows_of, update_values
from adapters.postgres.transaction import Transaction
from adapters.postgres.webhooks.distinct import distinct_webhooks
from adapters.postgres.webhooks.mappers import (
    delivery_from_row,
    delivery_to_row,
    webhook_from_row,
)
from application.ports.delivery_repository import ClaimedDelivery, DeliveryRepository
from domain.webhooks.delivery import Delivery
from domain.webhooks.errors import DeliveryNotFound

DELIVERY_ID = bindparam("delivery_id", type_=Uuid)
COLUMNS = [each.name for each in webhook_deliveries.c if each.name != "lease_id"]
# What attempts and retries change.
CHANGING = [
    *("queued_at", "attempts", "state", "next_attempt_at"),
    *("last_attempt_at", "status", "duration_ms", "error", "response"),
]
ADD_ALL = compile_sql(
    insert(webhook_deliveries)
    .from_select(COLUMNS, select(*rows_of(webhook_deliveries, COLUMNS).c))
    .on_conflict_do_nothing(
        index_elements=[webhook_deliveries.c.webhook_id, webhook_deliveries.c.message_id]
    )
)
# The ids of webhooks with pending deliveries.
_pending = distinct_webhooks("pending", "state = 'pending'")
# The conditions are repeated where rows are locked: PostgreSQL then checks them again if another
# transaction has changed the row.
FAIL_OUTDATED = f"""WITH RECURSIVE {_pending}, changed AS (
        SELECT pending.webhook_id, coalesce(enabled_at, 'infinity') AS enabled_at
        FROM pending
        LEFT JOIN webhooks ON webhooks.id = pending.webhook_id AND disabled_reason IS NULL
        -- Unless it has always been enabled.
        WHERE webhooks.id IS NULL OR created_at < enabled_at
    ), outdated AS (
        SELECT due.id
        FROM changed
        CROSS JOIN LATERAL (
            SELECT id, queued_at FROM webhook_deliveries
            WHERE webhook_id = changed.webhook_id
                AND state = 'pending' AND next_attempt_at <= %(now)s
            ORDER BY next_attempt_at LIMIT %(limit)s
        ) AS due
        WHERE due.queued_at < changed.enabled_at
        LIMIT %(limit)s
    ), locked AS (
        SELECT webhook_deliveries.id FROM webhook_deliveries JOIN outdated USING (id)
        WHERE state = 'pending' AND next_attempt_at <= %(now)s
        FOR UPDATE OF webhook_deliveries SKIP LOCKED
    ), failed AS (
        UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, lease_id = NULL
        FROM locked WHERE webhook_deliveries.id = locked.id
        RETURNING webhook_deliveries.id
    )
    SELECT count(*) FROM failed
"""  # noqa: S608  # no values, only names
CLAIM_DUE = f"""WITH RECURSIVE {_pending}, due AS (
        SELECT due.id, due.next_attempt_at
        FROM pending
        JOIN webhooks ON webhooks.id = pending.webhook_id AND disabled_reason IS NULL
        LEFT JOIN unnest(%(in_flight)s::uuid[], %(counts)s::bigint[])
            AS busy (webhook_id, count) ON busy.webhook_id = pending.webhook_id
        CROSS JOIN LATERAL (
            SELECT id, next_attempt_at,
                coalesce(busy.count, 0) + row_number() OVER (ORDER BY next_attempt_at) AS rank
            FROM webhook_deliveries
            WHERE webhook_id = pending.webhook_id
                AND state = 'pending' AND next_attempt_at <= %(now)s
                AND queued_at >= webhooks.enabled_at
            ORDER BY next_attempt_at LIMIT %(per_webhook)s - coalesce(busy.count, 0)
        ) AS due
        ORDER BY due.rank, due.next_attempt_at LIMIT %(limit)s
    ), locked AS (
        SELECT webhook_deliveries.id, webhook_deliveries.next_attempt_at AS due_at
        FROM webhook_deliveries JOIN due USING (id)
        WHERE state = 'pending' AND webhook_deliveries.next_attempt_at <= %(now)s
        FOR UPDATE OF webhook_deliveries SKIP LOCKED
    ), claimed AS (
        UPDATE webhook_deliveries
        SET lease_id = %(lease_id)s, next_attempt_at = %(lease_until)s
        FROM locked WHERE webhook_deliveries.id = locked.id
        RETURNING webhook_deliveries.*, locked.due_at
    )
    SELECT * FROM claimed ORDER BY due_at, id
"""  # noqa: S608  # no values, only names
WEBHOOKS = compile_sql(
    select(webhooks).where(webhooks.c.id == any_(bindparam("webhook_ids", type_=ARRAY(Uuid))))
)
_lock = select(webhook_deliveries).where(webhook_deliveries.c.id == DELIVERY_ID).with_for_update()
LOCK = compile_sql(
    _lock.where(webhook_deliveries.c.webhook_id == bindparam("webhook_id", type_=Uuid))
)
LOCK_LEASED = compile_sql(
    _lock.where(webhook_deliveries.c.lease_id == bindparam("lease_id", type_=Uuid))
)
SAVE = compile_sql(
    update_values(webhook_deliveries, CHANGING)
    .values(lease_id=null())
    .where(webhook_deliveries.c.id == DELIVERY_ID)
)


class PostgresDeliveryRepository(DeliveryRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            rows = [delivery_to_row(delivery) for delivery in deliveries]
            self._transaction.write(ADD_ALL, array_values(rows, COLUMNS))

    def fail_outdated(self, now: datetime, limit: int) -> int:
        [[failed]] = self._transaction.rows(FAIL_OUTDATED, {"now": now, "limit": limit})
        return int(failed)

    def claim_due(
        self,
        now: datetime,
        *,
        limit: int,
        per_webhook: int,
        in_flight: Mapping[UUID, int],
        lease_id: UUID,
        lease_until: datetime,
    ) -> Sequence[ClaimedDelivery]:
        values = {
            "now": now,
            "limit": limit,
            "per_webhook": per_webhook,
            "in_flight": list(in_flight),
            "counts": list(in_flight.values()),
            "lease_id": lease_id,
            "lease_until": lease_until,
        }
        rows = self._transaction.rows(CLAIM_DUE, values)
        if not rows:
            return []
        webhook_ids = {"webhook_ids": list({row.webhook_id for row in rows})}
        found = [webhook_from_row(row) for row in self._transaction.rows(WEBHOOKS, webhook_ids)]
        by_id = {webhook.id: webhook for webhook in found}
        return [
            ClaimedDelivery(delivery_from_row(row), by_id[row.webhook_id], lease_id)
            for row in rows
            if row.webhook_id in by_id  # unless it was deleted meanwhile
        ]

    def find_leased_for_update(self, delivery_id: UUID, lease_id: UUID) -> Delivery | None:
        values = {"delivery_id": delivery_id, "lease_id": lease_id}
        rows = self._transaction.locked_rows(LOCK_LEASED, values)
        return delivery_from_row(rows[0]) if rows else None

    def get_for_update(self, delivery_id: UUID, webhook_id: UUID) -> Delivery:
        values = {"delivery_id": delivery_id, "webhook_id": webhook_id}
        rows = self._transaction.locked_rows(LOCK, values)
        if not rows:
            raise DeliveryNotFound(delivery_id)
        return delivery_from_row(rows[0])

    def save(self, delivery: Delivery) -> None:
        row = delivery_to_row(delivery)
        values = {name: row[name] for name in CHANGING}
        self._transaction.write(SAVE, {"delivery_id": delivery.id, **values})
