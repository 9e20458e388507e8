"""The routes that manage the caller's calendar feed."""

from collections.abc import Callable
from typing import Any

from flask import Response

from adapters.http.calendars import examples
from adapters.http.calendars.schemas import CalendarFeedSchema, CreatedCalendarFeedSchema
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.tags import CALENDARS
from adapters.http.requests.authentication import caller
from adapters.http.requests.client_info import client_info
from adapters.http.responses.json import disable_storing, no_content
from adapters.http.responses.urls import absolute_url_for
from application.use_cases import UseCases
from domain.calendars.errors import NoCalendarFeed

CALENDAR = "/v1/profile/calendar/"


def calendar_feed_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("calendar_feed", CALENDARS, authenticate)
    blueprint.after_request(disable_storing)

    @blueprint.operation("GET", CALENDAR, NoCalendarFeed())
    @blueprint.response(200, CalendarFeedSchema, example=examples.FEED)
    def get_calendar_feed() -> dict[str, Any]:
        """Get your calendar feed

        Returns its creation time. The URL is shown only when the feed is created; it is not stored.
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
        """Create a calendar feed

        Returns a secret URL to subscribe to in a calendar app. Anyone with the URL can see the
        events you attend or created. Replaces your previous feed: its URL stops working
        immediately.
        """
        created = use_cases.create_calendar_feed(caller(), client_info())
        url = absolute_url_for("calendars.get_calendar", secret=created.secret.text)
        return {"created_at": created.created_at, "url": url}, {"Location": url}

    @blueprint.operation("DELETE", CALENDAR)
    @blueprint.response(204)
    def delete_calendar_feed() -> Response:
        """Delete your calendar feed

        The URL stops working immediately. Idempotent: also 204 without a feed.
        """
        use_cases.delete_calendar_feed(caller())
        return no_content()

    return blueprint
