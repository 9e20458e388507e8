"""The route that calendar apps read. They send no token: the path is the secret."""

from functools import partial

from flask import Response

from adapters.http.calendars import examples
from adapters.http.calendars.ics import feed_file
from adapters.http.calendars.responses import CALENDAR_TYPE, calendar_response
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.tags import CALENDARS
from adapters.http.rate_limits import FEED, RateLimiter
from adapters.http.responses.etag import ETAG, READ_CONDITIONS
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.calendars.errors import CalendarNotFound


def feed_blueprint(use_cases: UseCases, rate_limiter: RateLimiter) -> Blueprint:
    blueprint = Blueprint("calendars", CALENDARS, in_path=examples.IN_PATH)

    @blueprint.operation(
        "GET",
        "/v1/calendars/<secret>.ics",
        CalendarNotFound(),
        PreconditionFailed(),
        ignores_query=True,
        headers=READ_CONDITIONS,
    )
    @rate_limiter.by_address(FEED, failure=CalendarNotFound)
    @rate_limiter.by_account(FEED, lambda secret: secret, "feed")
    @blueprint.response(200, other_types={CALENDAR_TYPE: examples.FEED_FILE}, headers=ETAG)
    def get_calendar(secret: str) -> Response:
        """Read a calendar feed

        Returns the events its owner attends or created: the 1,000 with the latest start, with
        descriptions of up to 1,000 characters. Excludes drafts, and cancelled events that ended
        more than 30 days ago. Needs no token, because the URL contains the secret. Unknown and
        deleted feeds return 404. Query parameters, which some apps add, are ignored.
        """
        entries = use_cases.read_calendar_feed(secret)
        return calendar_response(entries, partial(feed_file, entries), "turnout.ics")

    return blueprint
