"""The JSON of webhooks and deliveries."""

from typing import Any, cast

from marshmallow import Schema, fields, post_load, validate

from adapters.http.pagination.page import CursorOnlyPageSchema, PageSchema
from adapters.http.pagination.query import CursorOnlyQuery
from adapters.http.requests.fields import Instant, JsonBoolean, ResponseSchema, Text
from adapters.http.requests.patterns import BLANK, lines_pattern
from application.messages.bodies import TEST
from application.pages import PageRequest
from application.webhooks.create_webhook import NewWebhook
from domain.events.messages import MessageType
from domain.webhooks.delivery import RESPONSE_MAX_BYTES, DeliveryState
from domain.webhooks.webhook import (
    DESCRIPTION_MAX_LENGTH,
    URL_MAX_LENGTH,
    DisabledReason,
    WebhookChanges,
    WebhookDescription,
)

KIB = 1024
EXAMPLE_URL = "https://hooks.example.org/turnout"


def _url(**options: Any) -> Text:
    metadata = {
        "description": f"https URL of up to {URL_MAX_LENGTH:,} ASCII characters with a public host "
        "name, without credentials and fragment.",
        "maxLength": URL_MAX_LENGTH,
        "pattern": "^https?://[!-~]+$",
        "example": EXAMPLE_URL,
    }
    return Text(metadata=metadata, **options)


def _types(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.Enum(MessageType, by_value=fields.String),
        allow_none=True,
        validate=validate.Length(min=1, error="Must have a type, or be null for all."),
        metadata={
            "description": "The types of messages to send; null for all, also those of later "
            "releases.",
            "example": ["attendance.created", "attendance.cancelled"],
            **options.pop("metadata", {}),
        },
        **options,
    )


def _description(**options: Any) -> Text:
    metadata = {
        "description": f"For you. Up to {DESCRIPTION_MAX_LENGTH} characters after trimming "
        "whitespace. The only control characters allowed are tabs and line breaks.",
        "pattern": rf"^[{BLANK}]*$|{lines_pattern(DESCRIPTION_MAX_LENGTH)}",
        "example": "Door list",
    }
    return Text(rule=WebhookDescription, metadata=metadata, **options)


def _enabled() -> JsonBoolean:
    description = (
        "Whether messages are sent. Enabling a webhook again does not send the messages that it "
        "missed, nor those that were waiting."
    )
    return JsonBoolean(metadata={"description": description})


class NewWebhookSchema(Schema):
    url = _url(required=True)
    types = _types(load_default=None, metadata={"default": None})
    description = _description(load_default=WebhookDescription(""))

    @post_load
    def to_new_webhook(self, data: dict[str, Any], **_: Any) -> NewWebhook:
        types = data.pop("types")
        return NewWebhook(types=None if types is None else frozenset(types), **data)


class ChangeWebhookSchema(Schema):
    """Omitted fields keep their values."""

    url = _url()
    types = _types()
    description = _description()
    enabled = _enabled()

    @post_load
    def to_changes(self, data: dict[str, Any], **_: Any) -> WebhookChanges:
        if data.get("types") is not None:
            data["types"] = frozenset(data["types"])
        return cast("WebhookChanges", data)


class WebhookSchema(ResponseSchema):
    id = fields.UUID()
    url = fields.String(metadata={"format": "uri"})
    types = _types()
    description = fields.String()
    enabled = _enabled()
    disabled_reason = fields.Enum(
        DisabledReason,
        by_value=fields.String,
        allow_none=True,
        metadata={
            "description": "`by_owner`: you disabled it. `gone`: the endpoint returned 410. "
            "`failing`: the last attempt of a delivery failed. Null if enabled."
        },
    )
    created_at = Instant()


class CreatedWebhookSchema(WebhookSchema):
    secret = fields.String(
        metadata={
            "description": "`whsec_` and a key in Base64, for verifying signatures. Shown only in "
            "this response."
        }
    )


class WebhookPageSchema(PageSchema):
    results = fields.List(fields.Nested(WebhookSchema))


DELIVERY_ORDER = "-created_at"


class DeliveryListQuery(CursorOnlyQuery):
    @post_load
    def to_page_request(self, data: dict[str, Any], **_: Any) -> PageRequest:
        return self.page_request_of(data, DELIVERY_ORDER)


class DeliverySchema(ResponseSchema):
    id = fields.UUID()
    message_id = fields.UUID(
        metadata={
            "description": "The header `webhook-id`. The same in all attempts, and in the "
            "deliveries of the message to other webhooks."
        }
    )
    type = fields.String(
        metadata={"description": "Type of the message.", "enum": [*MessageType, TEST]}
    )
    state = fields.Enum(DeliveryState, by_value=fields.String)
    attempts = fields.Integer(
        metadata={"description": "Number of attempts, since you last retried it."}
    )
    status = fields.Integer(
        allow_none=True,
        metadata={"description": "Status of the last attempt; null without a response."},
    )
    duration_ms = fields.Integer(
        allow_none=True, metadata={"description": "Duration of the last attempt in milliseconds."}
    )
    error = fields.String(
        allow_none=True,
        metadata={"description": "Why the last attempt has no response, or only a part of it."},
    )
    response = fields.String(
        allow_none=True,
        metadata={
            "description": f"The first {RESPONSE_MAX_BYTES // KIB} KiB of the response to the last "
            "attempt."
        },
    )
    created_at = Instant()
    last_attempt_at = Instant(allow_none=True)
    next_attempt_at = Instant(
        allow_none=True, metadata={"description": "Null unless the state is `pending`."}
    )


class DeliveryPageSchema(CursorOnlyPageSchema):
    results = fields.List(fields.Nested(DeliverySchema))
