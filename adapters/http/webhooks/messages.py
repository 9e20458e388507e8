"""The messages that webhooks receive, for the `webhooks` of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from apispec import APISpec
from marshmallow import Schema, fields

from adapters.http.accounts.examples import USER_ID
from adapters.http.events.examples import CANCELLED_EVENT, EVENT, EVENT_ID
from adapters.http.events.schemas import READ_ONLY, EventSchema
from adapters.http.openapi.tags import WEBHOOKS
from adapters.http.requests.fields import Instant, ResponseSchema
from adapters.http.responses.json import JSON_TYPE
from adapters.http.webhooks.examples import WEBHOOK_ID
from application.messages.bodies import TEST, VIEWER_FIELDS
from domain.events.messages import MessageType
from domain.webhooks.delivery import ATTEMPT_TIMEOUT

# As in Standard Webhooks (https://www.standardwebhooks.com).
HEADERS = (
    (
        "webhook-id",
        "Id of the message, the same in all attempts. Use it to ignore messages that you already "
        "have.",
        {"type": "string", "format": "uuid"},
    ),
    (
        "webhook-timestamp",
        "Time of the attempt in seconds since 1970. Reject old requests.",
        {"type": "integer"},
    ),
    (
        "webhook-signature",
        "Signatures of `{id}.{timestamp}.{body}`, separated by spaces: `v1,` and the HMAC-SHA256 "
        "in Base64, one for each secret. Accept the request if any is valid.",
        {"type": "string"},
    ),
)
RESPONSES = {
    "2XX": {"description": "Received. Any other status, including 3xx, is a failure."},
    "410": {"description": "Gone: disables the webhook."},
    "default": {
        "description": "Failed: the message is sent again later, and not before `Retry-After`. "
        f"No response within {int(ATTEMPT_TIMEOUT.total_seconds())} s is a failure, too."
    },
}


class MessageEventSchema(EventSchema):
    """An event as its creator sees it, without what depends on the viewer or on the time."""

    class Meta:
        exclude = tuple(VIEWER_FIELDS)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        super().on_bind_field(field_name, field_obj)
        field_obj.dump_only = False  # readOnly is for fields that requests cannot set


class PreviousValuesSchema(EventSchema):
    """The fields that changed, with the values before."""

    class Meta:
        exclude = tuple(READ_ONLY)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Fields that did not change are missing."""


class EventDataSchema(ResponseSchema):
    event = fields.Nested(MessageEventSchema)


class UpdateDataSchema(EventDataSchema):
    previous = fields.Nested(PreviousValuesSchema)


class AttendanceDataSchema(ResponseSchema):
    """The counts are those after the change."""

    event_id = fields.UUID()
    user_id = fields.UUID(metadata={"description": "Whose seat or place in line changed."})
    capacity = fields.Integer()
    attendees_count = fields.Integer()
    waitlist_count = fields.Integer()


class TestDataSchema(ResponseSchema):
    webhook_id = fields.UUID()


MESSAGE_EVENT = {name: value for name, value in EVENT.items() if name not in VIEWER_FIELDS}
ATTENDANCE = {
    "event_id": str(EVENT_ID),
    "user_id": USER_ID,
    "capacity": 40,
    "attendees_count": 12,
    "waitlist_count": 0,
}


class MessageDocumentation(NamedTuple):
    summary: str
    description: str
    data: type[Schema]
    example: Mapping[str, Any]


MESSAGES: Mapping[str, MessageDocumentation] = {
    MessageType.EVENT_PUBLISHED: MessageDocumentation(
        "An event was published",
        "Also for events that were created without being drafts.",
        EventDataSchema,
        {"event": MESSAGE_EVENT},
    ),
    MessageType.EVENT_UPDATED: MessageDocumentation(
        "An event was updated",
        "Also for drafts. `previous` has the fields that changed.",
        UpdateDataSchema,
        {"event": MESSAGE_EVENT, "previous": {"capacity": 30}},
    ),
    MessageType.EVENT_CANCELLED: MessageDocumentation(
        "An event was called off",
        "Its attendees keep their seats.",
        EventDataSchema,
        {
            "event": {
                name: value for name, value in CANCELLED_EVENT.items() if name in MESSAGE_EVENT
            }
        },
    ),
    MessageType.EVENT_DELETED: MessageDocumentation(
        "An event was deleted",
        "Also for drafts. Its seats and waitlist are deleted without further messages.",
        EventDataSchema,
        {"event": MESSAGE_EVENT},
    ),
    MessageType.ATTENDANCE_CREATED: MessageDocumentation(
        "Someone took a seat",
        "Promotions have a type of their own.",
        AttendanceDataSchema,
        ATTENDANCE,
    ),
    MessageType.ATTENDANCE_CANCELLED: MessageDocumentation(
        "Someone gave back a seat",
        "Or you removed them, or they deleted their account.",
        AttendanceDataSchema,
        ATTENDANCE,
    ),
    MessageType.ATTENDANCE_PROMOTED: MessageDocumentation(
        "Someone got a seat from the waitlist",
        "There is no `waitlist.left` for them.",
        AttendanceDataSchema,
        ATTENDANCE,
    ),
    MessageType.WAITLIST_JOINED: MessageDocumentation(
        "Someone joined the waitlist",
        "At the end of the line.",
        AttendanceDataSchema,
        ATTENDANCE | {"attendees_count": 40, "waitlist_count": 1},
    ),
    MessageType.WAITLIST_LEFT: MessageDocumentation(
        "Someone left the waitlist",
        "Also if they took a free seat themselves.",
        AttendanceDataSchema,
        ATTENDANCE,
    ),
    TEST: MessageDocumentation(
        "You asked for a test",
        "Sent by `testWebhook`, and only to this webhook.",
        TestDataSchema,
        {"webhook_id": WEBHOOK_ID},
    ),
}


def document_messages(spec: APISpec) -> None:
    """Add the `webhooks` to the document, one for each type of message."""
    spec.options["webhooks"] = {
        message_type: {"post": _operation(spec, message_type, message)}
        for message_type, message in MESSAGES.items()
    }


def _operation(
    spec: APISpec, message_type: str, message: MessageDocumentation
) -> Mapping[str, Any]:
    name = "".join(word.title() for word in message_type.split("."))
    schema = Schema.from_dict(
        {
            "type": fields.String(required=True, metadata={"enum": [str(message_type)]}),
            "timestamp": Instant(
                required=True, metadata={"description": "When it happened, not of the attempt."}
            ),
            "data": fields.Nested(message.data, required=True),
        },
        name=f"{name}Message",
    )
    example = {
        "type": str(message_type),
        "timestamp": "2026-05-03T10:20:00Z",
        "data": message.example,
    }
    spec.components.schema(f"{name}Message", schema=schema)
    return {
        "operationId": f"on{name}",
        "summary": message.summary,
        "description": message.description,
        "tags": [WEBHOOKS],
        "parameters": [
            {
                "name": header,
                "in": "header",
                "description": description,
                "required": True,
                "schema": header_schema,
            }
            for header, description, header_schema in HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {
                JSON_TYPE: {
                    "schema": {"$ref": f"#/components/schemas/{name}Message"},
                    "example": example,
                }
            },
        },
        "responses": RESPONSES,
        "security": [],
    }
