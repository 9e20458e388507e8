"""The routes of events."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, url_for

from adapters.http.decorator import Decorator
from adapters.http.events import examples
from adapters.http.events.list_query import SORT_PARAMETERS, EventListQuery
from adapters.http.events.schemas import (
    CallOffEventSchema,
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
from application.ports.event_queries import EventCriteria, EventView, TooManyMatches
from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.errors import (
    CapacityBelowAttendance,
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    TooManyEvents,
)
from domain.events.event import MAX_UPCOMING_EVENTS, EventChanges, NewEvent
from domain.events.state import CancellationReason

EVENTS = "/v1/events/"
EVENT = "/v1/events/<uuid:event_id>/"
OF_ONE_EVENT = (
    "getEvent",
    "replaceEvent",
    "updateEvent",
    "deleteEvent",
    "publishEvent",
    "callOffEvent",
    "attendEvent",
    "cancelAttendance",
    "listAttendees",
    "joinWaitlist",
    "leaveWaitlist",
    "listWaitlist",
)
EDIT_ERRORS = (
    EventNotFound(examples.EVENT_ID),
    NotEventCreator(),
    EventCancelled(),
    ReadOnlyEvent(),
    PreconditionFailed(),
    CapacityBelowAttendance(10, 12),
)


def limit_edits(rate_limiter: RateLimiter, edit_limit: str) -> Decorator:
    """One limit for all changes that creators make to their events."""
    limit = RateLimit("edit events", by_account=edit_limit)
    return rate_limiter.by_account(limit, _user_id, ignored=WITHOUT_SESSION)


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
    edit_limited = limit_edits(rate_limiter, edit_limit)

    @blueprint.operation(
        "GET", EVENTS, TooManyMatches(), invalid=examples.INVALID_QUERY, query=EventListQuery
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

        Includes past and cancelled events: use `registration=open` for events that you can attend
        now. Excludes the drafts of others, and unlisted events unless you created them, attend them
        or are on their waitlist. Filters are combined with AND; `false` inverts a filter. To read
        many pages, pass `next_cursor` as `cursor`, with the same filters and sort: no event is
        repeated or skipped while others are added (except when sorting by `attendees_count`), and
        each page costs the same. A list that would have to read too many events returns 422
        `too_many_matches`. A page is at most 1 MiB long, so it can have fewer events than `limit`
        and still a next page.
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
    def create_event(new: NewEvent) -> Response:
        """Publish an event, or create a draft

        With `state: "draft"`, only you can see the event until you publish it. You become its
        creator. Creators are not attendees: to attend, take a seat like everyone else. With an
        `Idempotency-Key`, retries create one event; without, a retry can create it twice.
        """
        request = idempotent_request()
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

        Returns the event as you see it now, including whether you attend and your position on
        the waitlist. A draft returns 404 to everyone but its creator.
        """
        return use_cases.get_event(event_id, caller())

    @blueprint.operation(
        "PUT", EVENT, *EDIT_ERRORS, invalid=examples.INVALID_EVENT, headers=[IF_MATCH]
    )
    @edit_limited
    @blueprint.body(ReplaceEventSchema, examples.REPLACEMENT)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def replace_event(changes: EventChanges, event_id: UUID) -> EventView:
        """Replace an event

        Creator only, before the event starts; drafts also after. Fails with 409 if the event is
        cancelled. Omitted fields are reset to their defaults. Read-only fields, including `state`,
        are ignored. Promotes people on the waitlist to free seats.
        """
        return use_cases.update_event(event_id, caller(), changes, precondition())

    @blueprint.operation(
        "PATCH", EVENT, *EDIT_ERRORS, invalid=examples.INVALID_CHANGES, headers=[IF_MATCH]
    )
    @edit_limited
    @blueprint.body(ChangeEventSchema, examples.CHANGES, is_patch=True)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def update_event(changes: EventChanges, event_id: UUID) -> EventView:
        """Update an event

        Creator only, before the event starts; drafts also after. Fails with 409 if the event is
        cancelled. Omitted fields keep their values. Read-only fields, including `state`, are
        ignored. Null removes `registration_opens_at` or `registration_closes_at`; for any other
        field, null returns 422. Promotes people on the waitlist to free seats.
        """
        return use_cases.update_event(event_id, caller(), changes, precondition())

    @blueprint.operation(
        "POST",
        EVENT + "publish/",
        EventNotFound(examples.EVENT_ID),
        NotEventCreator(),
        EventCancelled(),
        PreconditionFailed(),
        invalid=examples.INVALID_PUBLICATION,
        headers=[IF_MATCH],
    )
    @edit_limited
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.EVENT)
    def publish_event(event_id: UUID) -> EventView:
        """Publish a draft

        Creator only. Fails with 422 if the start is not in the future, and with 409 if the event is
        cancelled. If the event is already published, nothing changes.
        """
        return use_cases.publish_event(event_id, caller(), precondition())

    @blueprint.operation(
        "POST",
        EVENT + "call-off/",
        EventNotFound(examples.EVENT_ID),
        NotEventCreator(),
        EventNotPublished(),
        ReadOnlyEvent(),
        PreconditionFailed(),
        invalid=examples.INVALID_REASON,
        headers=[IF_MATCH],
    )
    @edit_limited
    @blueprint.body(CallOffEventSchema, examples.CALL_OFF, is_optional=True)
    @blueprint.response(200, EventSchema, has_etag=True, example=examples.CANCELLED_EVENT)
    def call_off_event(body: dict[str, CancellationReason], event_id: UUID) -> EventView:
        """Call off an event

        Creator only, before the event starts. The event stays visible and shows the reason.
        Attendees keep their seats, but nobody else can attend, and the waitlist ends. This cannot
        be undone. If the event is already cancelled, nothing changes: it keeps its first reason.
        """
        return use_cases.call_off_event(event_id, caller(), body["reason"], precondition())

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

        Creator only, before the event starts; drafts also after. Also deletes its attendances and
        its waitlist. To let attendees know that it will not take place, call it off instead.
        """
        use_cases.delete_event(event_id, caller(), precondition())
        return no_content()

    return blueprint


def _user_id(**_: Any) -> str:
    return str(caller().user_id)


def _created(event: EventView) -> Response:
    location = url_for("events.get_event", event_id=event.id)
    return with_etag(Response(to_json(event), 201, JSON_HEADERS | {"Location": location}), event)
