"""Examples for the document."""

from typing import Any

from adapters.http.webhooks.schemas import NewWebhookSchema

WEBHOOK_ID = "01997a62-2f80-7000-8000-000000000004"
DELIVERY_ID = "01997a63-1a00-7000-8000-000000000005"
MESSAGE_ID = "01997a63-19c0-7000-8000-000000000006"
IN_PATH = {"webhook_id": "Webhook id.", "delivery_id": "Delivery id."}
NEW_WEBHOOK: dict[str, Any] = {
    name: field.metadata["example"] for name, field in NewWebhookSchema().fields.items()
}
INVALID_URL = {"url": ["Must have a valid host name."]}
INVALID_TYPES = {"types": ["Must have a type, or be null for all."]}
CHANGES = {"types": None, "enabled": True}
WEBHOOK = {
    "id": WEBHOOK_ID,
    **NEW_WEBHOOK,
    "enabled": True,
    "disabled_reason": None,
    "created_at": "2026-05-01T09:47:00Z",
}
CREATED_WEBHOOK = WEBHOOK | {"secret": "whsec_c2VjcmV0U2VjcmV0U2VjcmV0U2VjcmV0U2VjcmV0U2U="}
WEBHOOK_PAGE = {"count": 1, "next": None, "previous": None, "results": [WEBHOOK]}
LOCATION = {
    "description": "Path of the new webhook.",
    "required": True,
    "schema": {"type": "string", "format": "uri-reference"},
    "example": f"/v1/webhooks/{WEBHOOK_ID}/",
}
QUEUED_DELIVERY: dict[str, Any] = {
    "id": DELIVERY_ID,
    "message_id": MESSAGE_ID,
    "type": "webhook.test",
    "state": "pending",
    "attempts": 0,
    "status": None,
    "duration_ms": None,
    "error": None,
    "response": None,
    "created_at": "2026-05-01T09:48:00Z",
    "last_attempt_at": None,
    "next_attempt_at": "2026-05-01T09:48:00Z",
}
DELIVERY = QUEUED_DELIVERY | {
    "state": "succeeded",
    "attempts": 1,
    "status": 204,
    "duration_ms": 85,
    "response": "",
    "last_attempt_at": "2026-05-01T09:48:00.412Z",
    "next_attempt_at": None,
}
DELIVERY_PAGE = {"next": None, "next_cursor": None, "results": [DELIVERY]}
