from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import select, tuple_

from adapters.postgres.connection import Row
from adapters.postgres.pages import (
    AFTER_ID,
    AFTER_INSTANT,
    LIMIT,
    OFFSET,
    page_of,
    page_values,
)
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import webhook_deliveries, webhooks
from adapters.postgres.sql import USER_ID, columns_of, compile_sql
from adapters.postgres.webhooks.mappers import webhook_from_row
from adapters.postgres.webhooks.webhooks import WEBHOOK_ID
from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.webhook_queries import DeliveryView, WebhookQueries, WebhookView
from domain.webhooks.delivery import DeliveryState
from domain.webhooks.errors import WebhookNotFound

_own = select(webhooks).where(webhooks.c.user_id == USER_ID)
OWN = compile_sql(_own.order_by(webhooks.c.created_at, webhooks.c.id))
DETAIL = compile_sql(_own.where(webhooks.c.id == WEBHOOK_ID))


class PostgresWebhookQueries(WebhookQueries):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def webhooks(self, caller: Caller) -> Sequence[WebhookView]:
        rows = self._reader.rows(OWN, {"user_id": caller.user_id}, caller)
        return [WebhookView.of(webhook_from_row(row)) for row in rows]

    def get(self, webhook_id: UUID, caller: Caller) -> WebhookView:
        values = {"webhook_id": webhook_id, "user_id": caller.user_id}
        rows = self._reader.rows(DETAIL, values, caller)
        if not rows:
            raise WebhookNotFound(webhook_id)
        return WebhookView.of(webhook_from_row(rows[0]))

    def deliveries(
        self, webhook_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[DeliveryView]:
        self.get(webhook_id, caller)
        values = {"webhook_id": webhook_id, **page_values(page_request)}
        sql = _page_of_deliveries(is_after=page_request.after is not None)
        views = [_delivery_view(row) for row in self._reader.rows(sql, values, caller)]
        return page_of(views, page_request, None, lambda view: Cursor(view.created_at, view.id))


@cache
def _page_of_deliveries(*, is_after: bool) -> str:
    sort_key = (webhook_deliveries.c.created_at, webhook_deliveries.c.id)
    return compile_sql(
        select(*columns_of(DeliveryView, webhook_deliveries))
        .where(
            webhook_deliveries.c.webhook_id == WEBHOOK_ID,
            *([tuple_(*sort_key) < tuple_(AFTER_INSTANT, AFTER_ID)] if is_after else []),
        )
        .order_by(*(each.desc() for each in sort_key))
        .limit(LIMIT)
        .offset(OFFSET)
    )


def _delivery_view(row: Row) -> DeliveryView:
    values = row._asdict() | {"state": DeliveryState(row.state), "error": row.error or None}
    return DeliveryView(**values)
