"""The routes of webhooks."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

from flask import Response, url_for

from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.openapi.tags import WEBHOOKS as WEBHOOKS_TAG
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.etag import IF_MATCH, READ_CONDITIONS, precondition, with_etag
from adapters.http.responses.json import JSON_HEADERS, disable_storing, no_content, to_json
from adapters.http.webhooks import examples
from adapters.http.webhooks.schemas import (
    ChangeWebhookSchema,
    CreatedWebhookSchema,
    NewWebhookSchema,
    WebhookPageSchema,
    WebhookSchema,
)
from application.pages import Page, PageRequest
from application.ports.webhook_queries import WebhookView
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from application.webhooks.create_webhook import CreatedWebhook, NewWebhook
from domain.webhooks.errors import TooManyWebhooks, WebhookNotFound, WebhookUrlRefused
from domain.webhooks.webhook import MAX_WEBHOOKS, WebhookChanges

WEBHOOKS = "/v1/webhooks/"
WEBHOOK = "/v1/webhooks/<uuid:webhook_id>/"
OF_ONE_WEBHOOK = (
    "getWebhook",
    "updateWebhook",
    "deleteWebhook",
    "rotateWebhookSecret",
    "testWebhook",
    "listDeliveries",
)
# Standard Webhooks, signature scheme.
SECRET_PREFIX = "whsec_"


def webhooks_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("webhooks", WEBHOOKS_TAG, authenticate, examples.IN_PATH)
    blueprint.after_request(disable_storing)
    not_found = WebhookNotFound(UUID(examples.WEBHOOK_ID))
    refused = WebhookUrlRefused("Must start with https://.")

    @blueprint.operation("GET", WEBHOOKS)
    @blueprint.response(
        200,
        WebhookPageSchema,
        example=examples.WEBHOOK_PAGE,
        links=links(*OF_ONE_WEBHOOK, webhook_id="$response.body#/results/0/id"),
    )
    def list_webhooks() -> PageResponse:
        """List your webhooks

        All of them, oldest first.
        """
        webhooks = use_cases.list_webhooks(caller())
        return page_response(Page(len(webhooks), webhooks, None), PageRequest(MAX_WEBHOOKS))

    @blueprint.operation(
        "POST",
        WEBHOOKS,
        TooManyWebhooks(MAX_WEBHOOKS),
        refused,
        invalid=examples.INVALID_URL,
    )
    @blueprint.body(NewWebhookSchema, examples.NEW_WEBHOOK)
    @blueprint.response(
        201,
        CreatedWebhookSchema,
        has_etag=True,
        example=examples.CREATED_WEBHOOK,
        headers={"Location": examples.LOCATION},
        links=links(*OF_ONE_WEBHOOK, webhook_id="$response.body#/id"),
    )
    def create_webhook(new: NewWebhook) -> Response:
        """Create a webhook

        The URL then gets a POST for each message about the events that you created: see
        `webhooks` in this document. Store the secret: it is shown only now. You can have ten
        webhooks.
        """
        created = use_cases.create_webhook(caller(), new, client_info())
        location = url_for("webhooks.get_webhook", webhook_id=created.webhook.id)
        return _with_secret(created, 201, Location=location)

    @blueprint.operation("GET", WEBHOOK, not_found, PreconditionFailed(), headers=READ_CONDITIONS)
    @blueprint.response(200, WebhookSchema, has_etag=True, example=examples.WEBHOOK)
    def get_webhook(webhook_id: UUID) -> WebhookView:
        """Get a webhook

        Returns it without the secret. Other people's webhooks are 404.
        """
        return use_cases.get_webhook(webhook_id, caller())

    @blueprint.operation(
        "PATCH",
        WEBHOOK,
        not_found,
        PreconditionFailed(),
        refused,
        invalid=examples.INVALID_TYPES,
        headers=[IF_MATCH],
    )
    @blueprint.body(ChangeWebhookSchema, examples.CHANGES, is_patch=True)
    @blueprint.response(200, WebhookSchema, has_etag=True, example=examples.WEBHOOK)
    def update_webhook(changes: WebhookChanges, webhook_id: UUID) -> WebhookView:
        """Update a webhook

        Omitted fields keep their values. Set `enabled` to disable the webhook, or to enable it
        again. Messages that are waiting for another attempt go to the new URL.
        """
        return use_cases.update_webhook(webhook_id, changes, caller(), precondition())

    @blueprint.operation("DELETE", WEBHOOK, not_found, PreconditionFailed(), headers=[IF_MATCH])
    @blueprint.response(204)
    def delete_webhook(webhook_id: UUID) -> Response:
        """Delete a webhook

        Messages that are waiting for another attempt are not sent.
        """
        use_cases.delete_webhook(webhook_id, caller(), precondition())
        return no_content()

    @blueprint.operation("POST", f"{WEBHOOK}rotate-secret/", not_found)
    @blueprint.response(200, CreatedWebhookSchema, has_etag=True, example=examples.CREATED_WEBHOOK)
    def rotate_webhook_secret(webhook_id: UUID) -> Response:
        """Replace the secret

        Store the new one: it is shown only now. For 24 hours, requests have signatures of both
        secrets. A secret older than the previous one stops working immediately.
        """
        return _with_secret(
            use_cases.rotate_webhook_secret(webhook_id, caller(), client_info()), 200
        )

    return blueprint


def _with_secret(created: CreatedWebhook, status: int, **headers: str) -> Response:
    """The ETag is that of the webhook without the secret, for later requests."""
    view = created.webhook
    response = with_etag(Response(to_json(view), status, JSON_HEADERS | headers))
    secret = SECRET_PREFIX + b64encode(created.secret).decode()
    response.set_data(to_json(asdict(view) | {"secret": secret}))
    return response
