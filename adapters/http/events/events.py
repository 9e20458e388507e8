"""The routes of events."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, url_for

from adapters.http.events import examples
from adapters.http.events.list_query import SORT_PARAMETERS, EventListQuery
from adapters.http.events.schemas import (
    ChangeEventSchema,
    EventPageSchema,
    EventSchema,
    NewEventSchema,
    ReplaceEventSchema,
)
from adapters.http.openapi.blueprint import Blueprint
from adapters.http.openapi.links import links
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.requests.authentication import caller
from adapters.http.requests.idempotency_key import IDEMPOTENCY_KEY, idempotent_request
from adapters.http.responses.compression import compressed
from adapters.http.responses.etag import IF_MATCH, IF_NONE_MATCH, precondition
from adapters.http.responses.json import no_content
from application.idempotency import IdempotencyKeyInUse, IdempotencyKeyReused
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventView
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.errors import (
    CapacityBelowAttendance,
    EventNotFound,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.event import EventChanges, NewEvent

EVENTS = "/v1/events/"
EVENT = "/v1/events/<uuid:event_id>/"
OF_ONE_EVENT = (
    "getEvent",
    "replaceEvent",
    "updateEvent",
    "deleteEvent",
    "attendEvent",
    "cancelAttendance",
    "listAttendees",
)
EDIT_ERRORS = (
    EventNotFound(examples.EVENT_ID),
    NotEventCreator(),
    ReadOnlyEvent(),
    PreconditionFailed(),
    CapacityBelowAttendance(10, 12),
)


def events_blueprint(use_cases: UseCases, authenticate: Callable[[], None]) -> Blueprint:
    blueprint = Blueprint(
        "events", "Publishing and finding events.", authenticate, examples.IN_PATH
    )

    @blueprint.operation("GET", EVENTS, query=EventListQuery)
    @compressed
    @blueprint.response(
        200,
        EventPageSchema,
        example=examples.EVENT_PAGE,
        headers=PAGE_HEADERS,
        links=links(*OF_ONE_EVENT, event_id="$response.body#/results/0/id")
        | links("listEvents", cursor="$response.body#/next_cursor"),
    )
    def list_events(query: tuple[EventCriteria, PageRequest]) -> PageResponse:
        """List events

        All filters given must hold; `false` asks for the complement of `true`. `next` and
        `previous` are URLs that keep the filters. To walk many pages go by `next_cursor`: no event
        comes twice or is left out while others are added, and every page costs the same (but for
        one order, see `sort`).
        """
        criteria, page_request = query
        page = use_cases.list_events(criteria, page_request, caller())
        return page_response(page, page_request, SORT_PARAMETERS[criteria.sort])

    @blueprint.operation(
        "POST", EVENTS, IdempotencyKeyInUse(), IdempotencyKeyReused(), headers=[IDEMPOTENCY_KEY]
    )
    @blueprint.body(NewEventSchema, examples.NEW_EVENT)
    @blueprint.response(
        201,
        EventSchema,
        has_etag=True,
        example=examples.EVENT,
        headers={"Location": examples.LOCATION},
        links=links(*OF_ONE_EVENT, event_id="$response.body#/id"),
    )
    def create_event(body: dict[str, Any]) -> tuple[EventView, dict[str, str]]:
        """Publish an event

        Its creator attends only by taking a seat like everyone else.
        """
        event = use_cases.create_event(caller(), NewEvent(**body), idempotent_request())
        return event, {"Location": url_for("events.get_event", event_id=event.id)}

    @blueprint.operation(
        "GET",
        EVENT,
        EventNotFound(examples.EVENT_ID),
        PreconditionFailed(),
        headers=[IF_NONE_MATCH],
    )
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def get_event(event_id: UUID) -> EventView:
        """Show an event

        The same shape as in lists.
        """
        return use_cases.get_event(event_id, caller())

    @blueprint.operation("PUT", EVENT, *EDIT_ERRORS, headers=[IF_MATCH])
    @blueprint.body(ReplaceEventSchema, examples.NEW_EVENT)
    @blueprint.response(200, EventSchema, example=examples.EVENT)
    def replace_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Replace an event

        For its creator, until it starts. What is left out gets its default; fields that can't be
        set are ignored. The answer has no ETag, as what is kept is not just what was sent
        (RFC 9110 section 9.3.4).
        """
        return use_cases.update_event(event_id, caller(), EventChanges(**body), precondition())

    @blueprint.operation("PATCH", EVENT, *EDIT_ERRORS, headers=[IF_MATCH])
    @blueprint.body(ChangeEventSchema, examples.CHANGES)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def update_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Change an event

        For its creator, until it starts. What is left out stays; fields that can't be set are
        ignored.
        """
        return use_cases.update_event(event_id, caller(), EventChanges(**body), precondition())

    @blueprint.operation(
        "DELETE",
        EVENT,
        EventNotFound(examples.EVENT_ID),
        NotEventCreator(),
        ReadOnlyEvent(),
        PreconditionFailed(),
        headers=[IF_MATCH],
    )
    @blueprint.response(204)
    def delete_event(event_id: UUID) -> Response:
        """Delete an event

        For its creator, until it starts. All seats in it are gone, too.
        """
        use_cases.delete_event(event_id, caller(), precondition())
        return no_content()

    return blueprint
