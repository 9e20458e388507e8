"""The routes of deliveries to webhooks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.openapi.tags import WEBHOOKS
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, cursor_page_response
from adapters.http.pagination.query import INVALID_LIMIT
from adapters.http.rate_limits import DELIVER, WITHOUT_SESSION, RateLimiter
from adapters.http.requests.authentication import caller
from adapters.http.responses.json import disable_storing
from adapters.http.webhooks import examples
from adapters.http.webhooks.schemas import (
    DELIVERY_ORDER,
    DeliveryListQuery,
    DeliveryPageSchema,
    DeliverySchema,
)
from adapters.http.webhooks.webhooks import WEBHOOK
from application.pages import PageRequest
from application.ports.webhook_queries import DeliveryView
from application.use_cases import UseCases
from domain.webhooks.errors import DeliveryNotFound, WebhookDisabled, WebhookNotFound

DELIVERIES = f"{WEBHOOK}deliveries/"


def deliveries_blueprint(
    use_cases: UseCases, authenticate: Callable[[], None], rate_limiter: RateLimiter
) -> Blueprint:
    blueprint = Blueprint("deliveries", WEBHOOKS, authenticate, examples.IN_PATH)
    blueprint.after_request(disable_storing)
    not_found = WebhookNotFound(UUID(examples.WEBHOOK_ID))
    limited = rate_limiter.by_account(DELIVER, _user_id, ignored=WITHOUT_SESSION)

    @blueprint.operation("POST", f"{WEBHOOK}test/", not_found, WebhookDisabled())
    @limited
    @blueprint.response(202, DeliverySchema, example=examples.QUEUED_DELIVERY)
    def test_webhook(webhook_id: UUID) -> DeliveryView:
        """Send a test message

        Sends a `webhook.test` to this webhook only, whatever its `types`. The outcome is in the
        list of deliveries.
        """
        return use_cases.send_test_message(webhook_id, caller())

    @blueprint.operation(
        "GET", DELIVERIES, not_found, invalid=INVALID_LIMIT, query=DeliveryListQuery
    )
    @blueprint.response(
        200,
        DeliveryPageSchema,
        example=examples.DELIVERY_PAGE,
        headers=PAGE_HEADERS,
        links=links(
            "listDeliveries",
            webhook_id="$request.path.webhook_id",
            cursor="$response.body#/next_cursor",
        )
        | links(
            "retryDelivery",
            webhook_id="$request.path.webhook_id",
            delivery_id="$response.body#/results/0/id",
        ),
    )
    def list_deliveries(page_request: PageRequest, webhook_id: UUID) -> PageResponse:
        """List deliveries

        Newest first. Each message to the webhook has one delivery, with one or more attempts: at
        once, then after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours. After the last
        one, the webhook is disabled. Deliveries are deleted 30 days after their last attempt.
        """
        page = use_cases.list_deliveries(webhook_id, page_request, caller())
        return cursor_page_response(page, page_request, DELIVERY_ORDER)

    @blueprint.operation(
        "POST",
        f"{DELIVERIES}<uuid:delivery_id>/retry/",
        not_found,
        DeliveryNotFound(UUID(examples.DELIVERY_ID)),
        WebhookDisabled(),
    )
    @limited
    @blueprint.response(202, DeliverySchema, example=examples.QUEUED_DELIVERY)
    def retry_delivery(webhook_id: UUID, delivery_id: UUID) -> DeliveryView:
        """Retry a delivery

        Sends the message again, with the same id, even if it was delivered. The attempts start
        again with the first.
        """
        return use_cases.retry_delivery(webhook_id, delivery_id, caller())

    return blueprint


def _user_id(**_: Any) -> str:
    return str(caller().user_id)
