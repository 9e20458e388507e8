"""The routes of one's own calendar address."""

from collections.abc import Callable
from typing import Any

from flask import Response, url_for

from adapters.http.calendars import examples
from adapters.http.calendars.schemas import CalendarFeedSchema, CreatedCalendarFeedSchema
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.json import disable_storing, no_content
from application.use_cases import UseCases
from domain.calendars.errors import NoCalendarFeed

CALENDAR = "/v1/profile/calendar/"


def calendar_feed_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("calendar_feed", "Where programs read one's calendar.", authenticate)
    blueprint.after_request(disable_storing)

    @blueprint.operation("GET", CALENDAR, NoCalendarFeed())
    @blueprint.response(200, CalendarFeedSchema, example=examples.FEED)
    def get_calendar_feed() -> dict[str, Any]:
        """Tell since when one's calendar has an address

        The address itself was shown when it was made, and is kept nowhere.
        """
        return {"created_at": use_cases.get_calendar_feed(caller())}

    @blueprint.operation("POST", CALENDAR)
    @blueprint.response(
        201,
        CreatedCalendarFeedSchema,
        example=examples.ADDRESS,
        headers={"Location": examples.LOCATION},
    )
    def create_calendar_feed() -> tuple[dict[str, Any], dict[str, str]]:
        """Give one's calendar an address

        For calendar programs, which can't log in: whoever knows it sees what one attends and
        organises. The address that was made before is dead at once.
        """
        created = use_cases.create_calendar_feed(caller(), client_info())
        url = url_for("calendars.get_calendar", secret=created.secret.text, _external=True)
        return {"created_at": created.created_at, "url": url}, {"Location": url}

    @blueprint.operation("DELETE", CALENDAR)
    @blueprint.response(204)
    def delete_calendar_feed() -> Response:
        """End one's calendar's address

        It is dead at once. Also 204 where there is none.
        """
        use_cases.delete_calendar_feed(caller())
        return no_content()

    return blueprint
