"""Calendar responses."""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from flask import Response

from adapters.http.calendars.examples import FEED_FILE
from adapters.http.responses.etag import TAG_BYTES, is_not_modified
from adapters.http.responses.urls import absolute_url_for
from application.ports.calendar_queries import CalendarEntry

CALENDAR_TYPE = "text/calendar"


def calendar_response(
    entries: Sequence[CalendarEntry], render: Callable[[str], bytes], filename: str
) -> Response:
    """An iCalendar file that caches must revalidate. A 304 does not render it.

    `render` takes the base URL of events; the file appends their ids.
    """
    events_url = absolute_url_for("events.list_events")
    etag = _etag_of(entries, events_url)
    response = Response(content_type=f"{CALENDAR_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    response.set_etag(etag)
    if is_not_modified(etag):
        response.status_code = 304  # Werkzeug drops the type
    else:
        response.set_data(render(events_url))
    return response


def _etag_of(entries: Sequence[CalendarEntry], events_url: str) -> str:
    """A digest of revisions, which every edit increases, and of an example of the file format."""
    versions = [f"{entry.id} {entry.revision}" for entry in entries]
    content = "\n".join([FEED_FILE, events_url, *versions])
    return blake2b(content.encode(), digest_size=TAG_BYTES).hexdigest()
