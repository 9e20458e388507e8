"""Map rows to entities and back; a contract test round-trips every field."""

from datetime import timedelta
from typing import Any

from adapters.postgres.connection import Row
from domain.events.messages import MessageType
from domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from domain.webhooks.webhook import DisabledReason, Webhook, WebhookDescription

MILLISECOND = timedelta(milliseconds=1)


def webhook_from_row(row: Row) -> Webhook:
    known = {str(each) for each in MessageType}
    types = row.types
    return Webhook(
        id=row.id,
        user_id=row.user_id,
        url=row.url,
        # A later release, which may run alongside during an upgrade, may have more types.
        types=None if types is None else {MessageType(each) for each in types if each in known},
        # Unchecked, so that webhooks created before a rule stay usable.
        description=str.__new__(WebhookDescription, row.description),
        secret=bytes(row.secret),
        created_at=row.created_at,
        enabled_at=row.enabled_at,
        disabled_reason=row.disabled_reason and DisabledReason(row.disabled_reason),
        previous_secret=row.previous_secret and bytes(row.previous_secret),
        previous_secret_until=row.previous_secret_until,
    )


def webhook_to_row(webhook: Webhook) -> dict[str, Any]:
    reason = webhook.disabled_reason
    return {
        "id": webhook.id,
        "user_id": webhook.user_id,
        "url": str(webhook.url),
        "types": None if webhook.types is None else sorted(map(str, webhook.types)),
        "description": str(webhook.description),
        "secret": webhook.secret,
        "previous_secret": webhook.previous_secret,
        "previous_secret_until": webhook.previous_secret_until,
        "disabled_reason": None if reason is None else str(reason),
        "created_at": webhook.created_at,
        "enabled_at": webhook.enabled_at,
    }


def delivery_from_row(row: Row) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        message_id=row.message_id,
        type=row.type,
        body=row.body,
        created_at=row.created_at,
        queued_at=row.queued_at,
        attempts=row.attempts,
        state=DeliveryState(row.state),
        next_attempt_at=row.next_attempt_at,
        last_attempt=_attempt_from_row(row),
        last_attempt_at=row.last_attempt_at,
    )


def _attempt_from_row(row: Row) -> Attempt | None:
    if row.last_attempt_at is None:
        return None
    return Attempt(row.status, row.duration_ms * MILLISECOND, row.response, row.error)


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    last = delivery.last_attempt
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "message_id": delivery.message_id,
        "type": str(delivery.type),
        "body": delivery.body,
        "created_at": delivery.created_at,
        "queued_at": delivery.queued_at,
        "attempts": delivery.attempts,
        "state": str(delivery.state),
        "next_attempt_at": delivery.next_attempt_at,
        "last_attempt_at": delivery.last_attempt_at,
        "status": last and last.status,
        "duration_ms": last and round(last.duration / MILLISECOND),
        "error": last and last.error,
        "response": last and last.response,
    }
