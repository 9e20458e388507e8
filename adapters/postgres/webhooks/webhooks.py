from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.schema.tables import webhooks
from adapters.postgres.sql import USER_ID, changed_values, compile_sql, update_values
from adapters.postgres.transaction import Transaction
from adapters.postgres.webhooks.mappers import webhook_from_row, webhook_to_row
from application.ports.webhook_repository import WebhookRepository
from domain.webhooks.errors import WebhookNotFound
from domain.webhooks.webhook import Webhook

WEBHOOK_ID = bindparam("webhook_id", type_=Uuid)
_webhook = webhooks.c.id == WEBHOOK_ID
ADD = compile_sql(insert(webhooks))
COUNT = compile_sql(select(func.count()).select_from(webhooks).where(webhooks.c.user_id == USER_ID))
LOCK = compile_sql(select(webhooks).where(_webhook).with_for_update())
LOCK_OWN = compile_sql(
    select(webhooks).where(_webhook, webhooks.c.user_id == USER_ID).with_for_update()
)
ENABLED = compile_sql(
    select(webhooks).where(
        webhooks.c.user_id == any_(bindparam("user_ids", type_=ARRAY(Uuid))),
        webhooks.c.disabled_reason.is_(None),
    )
)
REMOVE = compile_sql(delete(webhooks).where(_webhook))


@cache  # one statement per set of columns that change together
def _save(changed: frozenset[str]) -> str:
    return compile_sql(update_values(webhooks, changed).where(_webhook))


class PostgresWebhookRepository(WebhookRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._loaded: dict[UUID, dict[str, Any]] = {}

    def add(self, webhook: Webhook) -> None:
        self._transaction.write(ADD, webhook_to_row(webhook))

    def count_of(self, user_id: UUID) -> int:
        [[count]] = self._transaction.rows(COUNT, {"user_id": user_id})
        return int(count)

    def get_for_update(self, webhook_id: UUID, user_id: UUID) -> Webhook:
        webhook = self._find_for_update(LOCK_OWN, {"webhook_id": webhook_id, "user_id": user_id})
        if webhook is None:
            raise WebhookNotFound(webhook_id)
        return webhook

    def find_for_update(self, webhook_id: UUID) -> Webhook | None:
        return self._find_for_update(LOCK, {"webhook_id": webhook_id})

    def _find_for_update(self, sql: str, values: dict[str, Any]) -> Webhook | None:
        rows = self._transaction.locked_rows(sql, values)
        if not rows:
            return None
        webhook = webhook_from_row(rows[0])
        self._loaded[webhook.id] = webhook_to_row(webhook)
        return webhook

    def enabled_of(self, user_ids: Collection[UUID]) -> Sequence[Webhook]:
        if not user_ids:
            return []
        rows = self._transaction.rows(ENABLED, {"user_ids": list(user_ids)})
        return [webhook_from_row(row) for row in rows]

    def save(self, webhook: Webhook) -> None:
        row = webhook_to_row(webhook)
        if changed := changed_values(self._loaded[webhook.id], row):
            values = {"webhook_id": webhook.id, **changed}
            self._transaction.write(_save(frozenset(changed)), values)
            self._loaded[webhook.id] = row

    def remove(self, webhook: Webhook) -> None:
        self._transaction.write(REMOVE, {"webhook_id": webhook.id})
