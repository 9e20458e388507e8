"""Examples for the document."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.http.accounts.examples import USER_ID
from adapters.http.events.schemas import CallOffEventSchema, NewEventSchema

EVENT_ID = UUID("01997a60-5a80-7000-8000-000000000002")
IN_PATH = {"event_id": "Event id.", "user_id": "User id."}
INVALID_EVENT = {"end_time": ["Must be after start_time."]}
INVALID_CHANGES = {"capacity": ["Must be between 1 and 1,000,000."]}
INVALID_PUBLICATION = {"start_time": ["Must be in the future."]}
INVALID_REASON = {"reason": ["Must be at most 1,000 characters after trimming whitespace."]}
INVALID_QUERY = {"starts_after": ["Must be an RFC 3339 date-time, such as 2099-05-17T18:00:00Z."]}
REGISTRATION_OPENS_AT = datetime(2026, 5, 2, 8, tzinfo=UTC)
REGISTRATION_CLOSES_AT = datetime(2099, 5, 16, 18, tzinfo=UTC)
NEW_EVENT: dict[str, Any] = {
    name: field.metadata["example"] for name, field in NewEventSchema().fields.items()
}
REPLACEMENT = {name: value for name, value in NEW_EVENT.items() if name != "state"}
CHANGES = {"capacity": 60}
CALL_OFF = {"reason": CallOffEventSchema().fields["reason"].metadata["example"]}
EVENT = {
    "id": str(EVENT_ID),
    **NEW_EVENT,
    "status": "upcoming",
    "attendees_count": 12,
    "waitlist_count": 0,
    "seats_left": 28,
    "is_attending": True,
    "waitlist_position": None,
    "creator": {"id": USER_ID, "username": "ada"},
    "created_at": "2026-05-01T09:45:00Z",
    "updated_at": "2026-05-01T09:45:00Z",
    "published_at": "2026-05-01T09:45:00Z",
    "cancelled_at": None,
    "cancellation_reason": None,
}
CANCELLED_EVENT = EVENT | {
    "state": "cancelled",
    "updated_at": "2026-05-03T10:20:00Z",
    "cancelled_at": "2026-05-03T10:20:00Z",
    "cancellation_reason": CALL_OFF["reason"],
}
LOCATION = {
    "description": "Path of the new event.",
    "required": True,
    "schema": {"type": "string", "format": "uri-reference"},
    "example": f"/v1/events/{EVENT_ID}/",
}
EVENT_PAGE = {"count": 1, "next": None, "previous": None, "next_cursor": None, "results": [EVENT]}
ATTENDEES_CSV = f"id,username,registered_at\r\n{USER_ID},ada,2026-05-02T08:00:00Z\r\n"
ATTENDEE_PAGE = {
    "count": 1,
    "next": None,
    "previous": None,
    "next_cursor": None,
    "results": [{"id": USER_ID, "username": "ada", "registered_at": "2026-05-02T08:00:00Z"}],
}
WAITLIST_PLACE = {"position": 3, "joined_at": "2026-05-04T17:30:00Z"}
WAITLIST_PAGE = {
    "count": 1,
    "next": None,
    "previous": None,
    "next_cursor": None,
    "results": [
        {"id": USER_ID, "username": "ada", "joined_at": "2026-05-04T17:30:00Z", "position": 1}
    ],
}
