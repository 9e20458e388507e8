"""Calendar responses."""

from flask import Response

from adapters.http.responses.etag import with_etag
from adapters.http.responses.urls import absolute_url_for

CALENDAR_TYPE = "text/calendar"


def calendar_response(content: bytes, filename: str) -> Response:
    """An iCalendar file that caches must revalidate."""
    response = Response(content, content_type=f"{CALENDAR_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return with_etag(response)


def events_url() -> str:
    """The URL of the events, to which an id is appended."""
    return absolute_url_for("events.list_events")
