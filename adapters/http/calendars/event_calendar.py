"""The route of one event's calendar."""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from adapters.http.calendars import examples
from adapters.http.calendars.ics import event_file
from adapters.http.calendars.responses import CALENDAR_TYPE, calendar_response, events_url
from adapters.http.events.events import EVENT
from adapters.http.events.examples import EVENT_ID, IN_PATH
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.requests.authentication import caller
from adapters.http.responses.etag import ETAG, IF_NONE_MATCH
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.errors import EventNotFound


def event_calendar_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("event_calendars", "Events as calendar files.", authenticate, IN_PATH)

    @blueprint.operation(
        "GET",
        EVENT + "calendar.ics",
        EventNotFound(EVENT_ID),
        PreconditionFailed(),
        headers=[IF_NONE_MATCH],
    )
    @blueprint.response(200, other_types={CALENDAR_TYPE: examples.EVENT_FILE}, headers=ETAG)
    def get_event_calendar(event_id: UUID) -> Response:
        """Show an event as a calendar file

        As RFC 5545 has it, to be opened by any calendar program. SEQUENCE grows with every edit.
        """
        file = event_file(use_cases.get_event_calendar(event_id, caller()), events_url())
        return calendar_response(file, "event.ics")

    return blueprint
