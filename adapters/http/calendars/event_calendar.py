"""The route of an event's iCalendar file."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import Response

from adapters.http.calendars import examples
from adapters.http.calendars.ics import event_file
from adapters.http.calendars.responses import CALENDAR_TYPE, calendar_response
from adapters.http.events.events import EVENT
from adapters.http.events.examples import EVENT_ID, IN_PATH
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.tags import CALENDARS
from adapters.http.requests.authentication import caller
from adapters.http.responses.etag import ETAG, READ_CONDITIONS
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.errors import EventNotFound, EventNotPublished


def event_calendar_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("event_calendars", CALENDARS, authenticate, IN_PATH)

    @blueprint.operation(
        "GET",
        EVENT + "calendar.ics",
        EventNotFound(EVENT_ID),
        EventNotPublished(),
        PreconditionFailed(),
        headers=READ_CONDITIONS,
    )
    @blueprint.response(200, other_types={CALENDAR_TYPE: examples.EVENT_FILE}, headers=ETAG)
    def get_event_calendar(event_id: UUID) -> Response:
        """Download an event as iCalendar

        An RFC 5545 file for any calendar app. Times are local in the event's time zone. SEQUENCE
        increases with every change. A cancelled event has STATUS:CANCELLED. A draft returns 409.
        """
        entry = use_cases.get_event_calendar(event_id, caller())
        return calendar_response([entry], partial(event_file, entry), "event.ics")

    return blueprint
