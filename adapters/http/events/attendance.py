"""The routes of seats."""

from collections.abc import Callable
from uuid import UUID

from flask import Response

from adapters.http.auth import caller
from adapters.http.blueprint import Blueprint, no_content
from adapters.http.events import examples
from adapters.http.events.resources import EVENT
from adapters.http.events.schemas import ATTENDEE_ORDER, AttendeeListQuery, AttendeePageSchema
from adapters.http.links import links
from adapters.http.pagination import PageBody, page_body
from application.events.attend_event import AttendEvent
from application.events.cancel_attendance import CancelAttendance
from application.events.list_attendees import ListAttendees
from application.pages import Window
from domain.events.errors import CapacityExhausted, EventNotFound, ReadOnlyEvent


def attendance_blueprint(
    attend: AttendEvent,
    cancel: CancelAttendance,
    list_attendees: ListAttendees,
    authenticate: Callable[[], None],
) -> Blueprint:
    blueprint = Blueprint(
        "attendance", "Taking seats and giving them back.", authenticate, examples.IDS_IN_PATHS
    )
    not_found = EventNotFound(examples.EVENT_ID)

    @blueprint.operation(
        "POST", EVENT + "attend/", not_found, ReadOnlyEvent(), CapacityExhausted(40)
    )
    @blueprint.response(204)
    def attend_event(event_id: UUID) -> Response:
        """Take a seat

        Until the event starts and while seats are left. Attending twice changes nothing.
        """
        attend(event_id, caller().user_id)
        return no_content()

    @blueprint.operation("POST", EVENT + "cancel/", not_found, ReadOnlyEvent())
    @blueprint.response(204)
    def cancel_attendance(event_id: UUID) -> Response:
        """Give the seat back

        Until the event starts. Cancelling without attending changes nothing.
        """
        cancel(event_id, caller().user_id)
        return no_content()

    @blueprint.operation("GET", EVENT + "attendees/", not_found)
    @blueprint.query(AttendeeListQuery)
    @blueprint.response(
        200,
        AttendeePageSchema,
        example=examples.ATTENDEE_PAGE,
        links=links(
            "getAttendees",
            event_id="$request.path.event_id",
            cursor="$response.body#/next_cursor",
        ),
    )
    def get_attendees(window: Window, event_id: UUID) -> PageBody:
        """List who attends

        In order of registration.
        """
        return page_body(list_attendees(event_id, window), window, ATTENDEE_ORDER)

    return blueprint
