"""The routes of waitlists."""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from adapters.http.events import examples
from adapters.http.events.events import EVENT
from adapters.http.events.schemas import (
    WAITLIST_ORDER,
    WaitlistPageSchema,
    WaitlistPlaceSchema,
    WaitlistQuery,
)
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.openapi.tags import ATTENDANCE
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.pagination.query import INVALID_LIMIT
from adapters.http.requests.authentication import caller
from adapters.http.responses.compression import compressed
from adapters.http.responses.json import JSON_HEADERS, no_content, to_json
from application.pages import PageRequest
from application.use_cases import UseCases
from domain.events.errors import (
    AlreadyAttending,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
    SeatsAvailable,
    WaitlistDisabled,
    WaitlistFull,
)
from domain.events.waitlist import MAX_WAITING

WAITLIST = EVENT + "waitlist/"
NEXT_REQUESTS = links("getEvent", "leaveWaitlist", event_id="$request.path.event_id")


def waitlist_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint("waitlist", ATTENDANCE, authenticate, examples.IN_PATH)
    not_found = EventNotFound(examples.EVENT_ID)

    @blueprint.operation(
        "POST",
        WAITLIST,
        not_found,
        EventNotPublished(),
        EventCancelled(),
        ReadOnlyEvent(),
        AlreadyAttending(),
        RegistrationNotOpen(examples.REGISTRATION_OPENS_AT),
        RegistrationClosed(examples.REGISTRATION_CLOSES_AT),
        SeatsAvailable(),
        WaitlistDisabled(),
        WaitlistFull(MAX_WAITING),
    )
    @blueprint.response(
        201,
        WaitlistPlaceSchema,
        description="You are now on the waitlist.",
        example=examples.WAITLIST_PLACE,
        links=NEXT_REQUESTS,
    )
    @blueprint.response(
        200,
        WaitlistPlaceSchema,
        description="You were already on the waitlist.",
        example=examples.WAITLIST_PLACE,
        links=NEXT_REQUESTS,
    )
    def join_waitlist(event_id: UUID) -> Response:
        """Join the waitlist

        Puts you at the end of the waitlist of a full event. When a seat becomes free, the first
        person in line gets it immediately: `is_attending` becomes true. If you are already on the
        waitlist, nothing changes, and the response has your current position. The waitlist ends
        when the event starts, is called off or is deleted.
        """
        place = use_cases.join_waitlist(event_id, caller())
        body = to_json({"position": place.position, "joined_at": place.joined_at})
        return Response(body, 201 if place.is_new else 200, JSON_HEADERS)

    @blueprint.operation("DELETE", WAITLIST, not_found, ReadOnlyEvent())
    @blueprint.response(204)
    def leave_waitlist(event_id: UUID) -> Response:
        """Leave the waitlist

        If you join again, you start at the end. Fails with 409 if the event has started. If you are
        not on the waitlist, nothing changes. To give back a seat that you got from the waitlist,
        use `cancelAttendance`.
        """
        use_cases.leave_waitlist(event_id, caller())
        return no_content()

    @blueprint.operation(
        "GET", WAITLIST, not_found, NotEventCreator(), invalid=INVALID_LIMIT, query=WaitlistQuery
    )
    @compressed
    @blueprint.response(
        200,
        WaitlistPageSchema,
        example=examples.WAITLIST_PAGE,
        headers=PAGE_HEADERS,
        links=links(
            "listWaitlist",
            event_id="$request.path.event_id",
            cursor="$response.body#/next_cursor",
        ),
    )
    def list_waitlist(page_request: PageRequest, event_id: UUID) -> PageResponse:
        """List the waitlist

        Creator only. The first person in line comes first. Empty once the waitlist has ended.
        """
        page = use_cases.list_waitlist(event_id, page_request, caller())
        return page_response(page, page_request, WAITLIST_ORDER)

    return blueprint
