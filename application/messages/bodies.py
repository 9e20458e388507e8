"""The bodies of messages: JSON with `type`, `timestamp` and `data`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from application.ports.event_queries import EventView
from domain.accounts.user import User
from domain.events.event import Event, EventSeats
from domain.events.messages import Message
from domain.webhooks.webhook import Webhook

# They depend on the viewer or on the time.
VIEWER_FIELDS = {"is_attending", "waitlist_position", "status", "creator"}


class InternalType(StrEnum):
    """Types of messages that only become mails."""

    EVENT_REMINDER = "event.reminder"
    EMAIL_CHANGED = "email.changed"
    PASSWORD_RESET_REQUESTED = "password.reset_requested"


TEST = "webhook.test"


def _body_of(message_type: str, timestamp: datetime, data: Mapping[str, Any]) -> str:
    return to_json({"type": message_type, "timestamp": timestamp, "data": data})


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


_encoder = json.JSONEncoder(default=_json_value, ensure_ascii=False, separators=(",", ":"))


def to_json(value: Mapping[str, Any]) -> str:
    return _encoder.encode(value)


def event_bodies(event: EventSeats) -> Sequence[str]:
    """The bodies of the messages that the event has recorded.

    They have what the event's creator may see. Their fields are part of the API.
    """
    return [
        _body_of(message.type, message.occurred_at, _data_of(message, event))
        for message in event.messages
    ]


def webhook_test_body(webhook: Webhook, now: datetime) -> str:
    return _body_of(TEST, now, {"webhook_id": webhook.id})


def reminder_body(event: Event, now: datetime) -> str:
    return _body_of(InternalType.EVENT_REMINDER, now, {"event": event_data(event, now)})


def email_changed_body(user: User, old: str | None, now: datetime) -> str:
    """`old` is the previous address if it was verified."""
    new = None if user.email_verified else user.email
    data = {"user_id": user.id, "new": new, "old": old}
    return _body_of(InternalType.EMAIL_CHANGED, now, data)


def password_reset_body(email: str, now: datetime) -> str:
    return _body_of(InternalType.PASSWORD_RESET_REQUESTED, now, {"email": email})


def _data_of(message: Message, event: EventSeats) -> Mapping[str, Any]:
    if isinstance(event, Event) and message.user_id is None:
        data = {"event": event_data(event, message.occurred_at)}
        return data | {"previous": message.previous} if message.previous else data
    return {
        "event_id": event.id,
        "user_id": message.user_id,
        "capacity": event.capacity,
        "attendees_count": event.attendees_count,
        "waitlist_count": event.waitlist_count,
    }


def event_data(event: Event, now: datetime) -> dict[str, Any]:
    view = EventView.of(event, None, now)
    # Not asdict: it copies values, which checks them again, by the rules of today.
    names = [field.name for field in fields(view) if field.name not in VIEWER_FIELDS]
    return {name: getattr(view, name) for name in names}
