"""Answers that are calendars."""

from flask import Response, url_for
from werkzeug.datastructures import Headers

from adapters.http.conditions import tagged

CALENDAR_TYPE = "text/calendar"


def calendar_answer(content: bytes, filename: str) -> Response:
    """A calendar file, that the client may keep but must ask about each time."""
    headers = Headers()
    headers["Content-Type"] = f"{CALENDAR_TYPE}; charset=utf-8"
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return tagged(content, 200, headers)


def events_url() -> str:
    """Under which each event is shown by its id."""
    return url_for("events.get_events", _external=True)
