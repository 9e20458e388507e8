"""The route that calendar programs read, which can send no token: the path is the secret."""

from flask import Response

from adapters.http.calendars import examples
from adapters.http.calendars.ics import feed_file
from adapters.http.calendars.responses import CALENDAR_TYPE, calendar_response, events_url
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.responses.etag import ETAG, IF_NONE_MATCH
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.calendars.errors import CalendarNotFound


def feed_blueprint(use_cases: UseCases) -> Blueprint:
    """Without a limit on attempts: of 2^256 secrets nobody guesses one."""
    blueprint = Blueprint(
        "calendars", "Calendars that programs subscribe to.", in_path=examples.IN_PATH
    )

    @blueprint.operation(
        "GET",
        "/v1/calendars/<secret>.ics",
        CalendarNotFound(),
        PreconditionFailed(),
        headers=[IF_NONE_MATCH],
    )
    @blueprint.response(200, other_types={CALENDAR_TYPE: examples.FEED_FILE}, headers=ETAG)
    def get_calendar(secret: str) -> Response:
        """Read a calendar by its secret address

        What its owner attends or organises, the 1,000 events that start latest. No token is
        needed: the address is the key. One that never was and one that is dead are the same 404.
        """
        return calendar_response(
            feed_file(use_cases.read_calendar_feed(secret), events_url()), "turnout.ics"
        )

    return blueprint
