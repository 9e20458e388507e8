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
from adapters.http.openapi.tags import EVENTS as EVENTS_TAG
from adapters.http.pagination.link_header import PAGE_HEADERS
from adapters.http.pagination.page import PageResponse, page_response
from adapters.http.rate_limits import WITHOUT_SESSION, RateLimit, RateLimiter
from adapters.http.requests.authentication import caller
from adapters.http.requests.idempotency_key import IDEMPOTENCY_KEY, idempotent_request
from adapters.http.responses.compression import compressed
from adapters.http.responses.etag import IF_MATCH, READ_CONDITIONS, precondition, with_etag
from adapters.http.responses.json import JSON_HEADERS, no_content, to_json
from adapters.http.responses.stored import from_stored, to_stored
from application.idempotency import IdempotencyKeyInUse, IdempotencyKeyReused
from application.pages import PageRequest
from application.ports.event_queries import (
    MAX_SORTED,
    EventCriteria,
    EventView,
    TooManyMatches,
)
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.errors import (
    CapacityBelowAttendance,
    EventNotFound,
    NotEventCreator,
    ReadOnlyEvent,
    TooManyEvents,
)
from domain.events.event import MAX_UPCOMING_EVENTS, EventChanges, NewEvent

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


def events_blueprint(
    use_cases: UseCases,
    authenticate: Callable[[], None],
    rate_limiter: RateLimiter,
    publish_limit: str,
    edit_limit: str,
) -> Blueprint:
    blueprint = Blueprint("events", EVENTS_TAG, authenticate, examples.IN_PATH)
    publish_limited = rate_limiter.by_account(
        RateLimit("publish events", by_account=publish_limit), _user_id, ignored=WITHOUT_SESSION
    )
    edit_limited = rate_limiter.by_account(
        RateLimit("edit events", by_account=edit_limit), _user_id, ignored=WITHOUT_SESSION
    )

    @blueprint.operation(
        "GET",
        EVENTS,
        TooManyMatches(MAX_SORTED),
        invalid=examples.INVALID_QUERY,
        query=EventListQuery,
    )
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

        Filters are combined with AND; `false` inverts a filter. Past events are included: use
        `status=upcoming` for events that you can still attend. To read many pages, pass
        `next_cursor` as `cursor`, with the same filters and sort: no event is repeated or skipped
        while others are added (except when sorting by `attendees_count`), and each page costs the
        same. If too many events would have to be read to sort or filter a list, the response is
        422 `too_many_matches`. A page is at most 1 MiB long, so it can have fewer events than
        `limit` and still a next page.
        """
        criteria, page_request = query
        page = use_cases.list_events(criteria, page_request, caller())
        order = SORT_PARAMETERS[criteria.sort]
        return page_response(page, page_request, order, criteria.sort.cursor_of)

    @blueprint.operation(
        "POST",
        EVENTS,
        IdempotencyKeyInUse(),
        IdempotencyKeyReused(),
        TooManyEvents(MAX_UPCOMING_EVENTS),
        invalid=examples.INVALID_EVENT,
        headers=[IDEMPOTENCY_KEY],
    )
    @publish_limited
    @blueprint.body(NewEventSchema, examples.NEW_EVENT)
    @blueprint.response(
        201,
        EventSchema,
        has_etag=True,
        example=examples.EVENT,
        headers={"Location": examples.LOCATION},
        links=links(*OF_ONE_EVENT, event_id="$response.body#/id"),
    )
    def create_event(body: dict[str, Any]) -> Response:
        """Publish an event

        You become its creator. Creators are not attendees: to attend, take a seat like everyone
        else. With an `Idempotency-Key`, retries create one event; without, a retry can publish it
        twice.
        """
        request = idempotent_request()
        new = NewEvent(**body)
        if request is None:
            return use_cases.create_event(caller(), new, _created)
        stored = use_cases.create_event(
            caller(), new, lambda event: to_stored(_created(event)), request
        )
        return from_stored(stored)

    @blueprint.operation(
        "GET",
        EVENT,
        EventNotFound(examples.EVENT_ID),
        PreconditionFailed(),
        headers=READ_CONDITIONS,
    )
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def get_event(event_id: UUID) -> EventView:
        """Get an event

        Returns the event as you see it now, including whether you attend.
        """
        return use_cases.get_event(event_id, caller())

    @blueprint.operation(
        "PUT", EVENT, *EDIT_ERRORS, invalid=examples.INVALID_EVENT, headers=[IF_MATCH]
    )
    @edit_limited
    @blueprint.body(ReplaceEventSchema, examples.NEW_EVENT)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def replace_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Replace an event

        Creator only, before the event starts. Omitted fields are reset to their defaults. Read-only
        fields are ignored.
        """
        return use_cases.update_event(event_id, caller(), EventChanges(**body), precondition())

    @blueprint.operation(
        "PATCH", EVENT, *EDIT_ERRORS, invalid=examples.INVALID_CHANGES, headers=[IF_MATCH]
    )
    @edit_limited
    @blueprint.body(ChangeEventSchema, examples.CHANGES, is_patch=True)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def update_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Update an event

        Creator only, before the event starts. Omitted fields keep their values. Read-only fields
        are ignored. No field can be removed: null returns 422.
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
    @edit_limited
    @blueprint.response(204)
    def delete_event(event_id: UUID) -> Response:
        """Delete an event

        Creator only, before the event starts. Its attendances are deleted too.
        """
        use_cases.delete_event(event_id, caller(), precondition())
        return no_content()

    return blueprint


def _user_id(**_: Any) -> str:
    return str(caller().user_id)


def _created(event: EventView) -> Response:
    location = url_for("events.get_event", event_id=event.id)
    return with_etag(Response(to_json(event), 201, JSON_HEADERS | {"Location": location}), event)
