from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from application.caller import Caller
from application.pages import Cursor, Page, PageRequest
from application.ports.webhook_queries import DeliveryView, WebhookQueries, WebhookView
from tests.fakes.memory import MemoryStore
from tests.fakes.memory_queries import page_of
from tests.fakes.memory_webhooks import MemoryWebhookRepository


@dataclass
class MemoryWebhookQueries(WebhookQueries):
    store: MemoryStore

    def webhooks(self, caller: Caller) -> Sequence[WebhookView]:
        self.store.committed.require_live_session(caller)
        own = [
            webhook
            for webhook in self.store.committed.webhooks.values()
            if webhook.user_id == caller.user_id
        ]
        own.sort(key=lambda webhook: (webhook.created_at, webhook.id))
        return [WebhookView.of(webhook) for webhook in own]

    def get(self, webhook_id: UUID, caller: Caller) -> WebhookView:
        state = self.store.committed
        state.require_live_session(caller)
        return WebhookView.of(
            MemoryWebhookRepository(state).get_for_update(webhook_id, caller.user_id)
        )

    def deliveries(
        self, webhook_id: UUID, page_request: PageRequest, caller: Caller
    ) -> Page[DeliveryView]:
        self.get(webhook_id, caller)
        views = [
            DeliveryView.of(delivery)
            for delivery in self.store.committed.deliveries.values()
            if delivery.webhook_id == webhook_id
        ]
        views.sort(key=_place_of, reverse=True)
        return replace(page_of(views, page_request, _place_of, is_reversed=True), count=None)


def _place_of(view: DeliveryView) -> Cursor:
    return Cursor(view.created_at, view.id)
