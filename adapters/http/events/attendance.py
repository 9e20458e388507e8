"""The routes of attendance."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, request

from adapters.http.accounts.examples import USER_ID
from adapters.http.events import examples
from adapters.http.events.attendees_csv import CSV_TYPE, csv_chunks
from adapters.http.events.events import EVENT, limit_edits
from adapters.http.events.schemas import ATTENDEE_ORDER, AttendeeListQuery, AttendeePageSchema
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.openapi.tags import ATTENDANCE
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.pagination.query import INVALID_LIMIT
from adapters.http.problems.handlers import InvalidRequest
from adapters.http.rate_limits import RateLimiter
from adapters.http.requests.authentication import caller
from adapters.http.responses.compression import compressed
from adapters.http.responses.content_negotiation import media_type
from adapters.http.responses.json import no_content
from adapters.http.responses.streaming import streamed
from application.pages import PageRequest
from application.use_cases import UseCases
from domain.events.errors import (
    AttendeeNotFound,
    AttendeesHidden,
    CapacityExhausted,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
)

CSV_CONTENT = f"{CSV_TYPE}; charset=utf-8; header=present"
AS_FILE = {"Content-Disposition": 'attachment; filename="attendees.csv"'}


def attendance_blueprint(
    use_cases: UseCases,
    authenticate: Callable[[], None],
    rate_limiter: RateLimiter,
    edit_limit: str,
) -> Blueprint:
    blueprint = Blueprint("attendance", ATTENDANCE, authenticate, examples.IN_PATH)
    not_found = EventNotFound(examples.EVENT_ID)

    @blueprint.operation(
        "POST",
        EVENT + "attend/",
        not_found,
        EventNotPublished(),
        EventCancelled(),
        ReadOnlyEvent(),
        RegistrationNotOpen(examples.REGISTRATION_OPENS_AT),
        RegistrationClosed(examples.REGISTRATION_CLOSES_AT),
        CapacityExhausted(40),
    )
    @blueprint.response(204)
    def attend_event(event_id: UUID) -> Response:
        """Attend an event

        Takes a seat. Fails with 409 if the event is full, is cancelled, or has started, or if
        registration is not open. To wait for a seat at a full event, use `joinWaitlist`. If you are
        on the waitlist and a seat is free, you take it and leave the waitlist. If you already have
        a seat, nothing changes, even if the event is full or registration has closed.
        """
        use_cases.attend_event(event_id, caller())
        return no_content()

    @blueprint.operation("POST", EVENT + "cancel/", not_found, ReadOnlyEvent())
    @blueprint.response(204)
    def cancel_attendance(event_id: UUID) -> Response:
        """Cancel your attendance

        Releases your seat, even if registration has closed or the event is cancelled. The first
        person on the waitlist gets it immediately. Fails with 409 if the event has started. If you
        have no seat, nothing changes. To leave the waitlist, use `leaveWaitlist`. To cancel an
        event that you created, use `callOffEvent`.
        """
        use_cases.cancel_attendance(event_id, caller())
        return no_content()

    @blueprint.operation(
        "GET",
        EVENT + "attendees/",
        not_found,
        NotEventCreator(),
        AttendeesHidden("attendees"),
        invalid=INVALID_LIMIT,
        query=AttendeeListQuery,
    )
    @compressed
    @blueprint.response(
        200,
        AttendeePageSchema,
        example=examples.ATTENDEE_PAGE,
        headers=PAGE_HEADERS,
        other_types={CSV_TYPE: examples.ATTENDEES_CSV},
        links=links(
            "listAttendees",
            event_id="$request.path.event_id",
            cursor="$response.body#/next_cursor",
        )
        | links(
            "removeAttendee",
            event_id="$request.path.event_id",
            user_id="$response.body#/results/0/id",
        ),
    )
    def list_attendees(page_request: PageRequest, event_id: UUID) -> PageResponse | Response:
        """List attendees

        In order of registration. `attendees_visible_to` decides who can list them; others get 403.
        The event's creator always can, and can download all attendees with `Accept: text/csv`,
        without pagination parameters. In the CSV, usernames that a spreadsheet could read as a
        formula, number, date, or boolean are prefixed with an apostrophe.
        """
        if media_type() == CSV_TYPE:
            _require_no_page()
            pages = use_cases.export_attendees(event_id, caller())
            return streamed(csv_chunks(pages), CSV_CONTENT, AS_FILE)
        page = use_cases.list_attendees(event_id, page_request, caller())
        return page_response(page, page_request, ATTENDEE_ORDER)

    @blueprint.operation(
        "DELETE",
        EVENT + "attendees/<uuid:user_id>/",
        not_found,
        NotEventCreator(),
        ReadOnlyEvent(),
        AttendeeNotFound(UUID(USER_ID)),
    )
    @limit_edits(rate_limiter, edit_limit)
    @blueprint.response(204)
    def remove_attendee(event_id: UUID, user_id: UUID) -> Response:
        """Remove an attendee

        Creator only, before the event starts, even if it is cancelled. The first person on the
        waitlist gets the seat immediately. The removed user can attend again.
        """
        use_cases.remove_attendee(event_id, user_id, caller())
        return no_content()

    return blueprint


def _require_no_page() -> None:
    if request.args:
        reason = f"Not allowed with Accept: {CSV_TYPE}, which returns all attendees."
        raise InvalidRequest({name: [reason] for name in request.args})
