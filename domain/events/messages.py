"""What happened to an event, for those who subscribed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class MessageType(StrEnum):
    EVENT_PUBLISHED = "event.published"
    EVENT_UPDATED = "event.updated"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_DELETED = "event.deleted"
    ATTENDANCE_CREATED = "attendance.created"
    ATTENDANCE_CANCELLED = "attendance.cancelled"
    ATTENDANCE_PROMOTED = "attendance.promoted"
    WAITLIST_JOINED = "waitlist.joined"
    WAITLIST_LEFT = "waitlist.left"


@dataclass(frozen=True, slots=True)
class Message:
    """`user_id` is whose place changed; `previous` has the values before an update."""

    type: MessageType
    occurred_at: datetime
    user_id: UUID | None = None
    previous: Mapping[str, Any] = field(default_factory=dict)
