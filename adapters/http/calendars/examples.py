"""Examples for the document."""

from datetime import UTC, datetime

from adapters.http.calendars.ics import event_file, feed_file
from adapters.http.events.examples import EVENT_ID
from application.ports.calendar_queries import CalendarEntry
from domain.events.description import EventType
from domain.events.state import EventState

HOST = "https://turnout.example"
SECRET = "s3cretS3cretS3cretS3cretS3cretS3cretS3cretS"
IN_PATH = {"secret": "Secret part of the feed URL."}
OPENED_AT = "2026-05-01T09:50:00Z"
ADDRESS = {"url": f"{HOST}/v1/calendars/{SECRET}.ics", "created_at": OPENED_AT}
LOCATION = {
    "description": "Feed URL, as in the body.",
    "required": True,
    "schema": {"type": "string", "format": "uri"},
    "example": ADDRESS["url"],
}
FEED = {"created_at": OPENED_AT}

_ENTRY = CalendarEntry(
    id=EVENT_ID,
    title="Analytical engines, an evening",
    description="Bring a problem, leave with a program.",
    location="The reading room, 12 Wharf Street",
    type=EventType.MEETUP,
    start_time=datetime(2099, 5, 17, 18, tzinfo=UTC),
    end_time=datetime(2099, 5, 17, 21, tzinfo=UTC),
    timezone="Europe/London",
    state=EventState.PUBLISHED,
    cancellation_reason=None,
    created_at=datetime(2026, 5, 1, 9, 45, tzinfo=UTC),
    updated_at=datetime(2026, 5, 1, 9, 45, tzinfo=UTC),
    revision=0,
)
EVENT_FILE = event_file(_ENTRY, f"{HOST}/v1/events/").decode()
FEED_FILE = feed_file([_ENTRY], f"{HOST}/v1/events/").decode()
