"""Responses that are calendars."""

from flask import Response, url_for

from adapters.http.responses.etag import with_etag

CALENDAR_TYPE = "text/calendar"


def calendar_response(content: bytes, filename: str) -> Response:
    """A calendar file, that the client may keep but must ask about each time."""
    response = Response(content, content_type=f"{CALENDAR_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return with_etag(response)


def events_url() -> str:
    """Under which each event is shown by its id."""
    return url_for("events.list_events", _external=True)
