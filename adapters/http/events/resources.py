"""The routes of events."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, url_for

from adapters.http.auth import caller
from adapters.http.blueprint import Blueprint, no_content
from adapters.http.events import examples
from adapters.http.events.listing import EventListQuery
from adapters.http.events.schemas import (
    ChangeEventSchema,
    EventPageSchema,
    EventSchema,
    NewEventSchema,
    ReplaceEventSchema,
)
from adapters.http.pagination import PageBody, page_body
from application.events.delete_event import DeleteEvent
from application.events.edit_event import EditEvent
from application.events.list_events import ListEvents
from application.events.publish_event import PublishEvent
from application.events.show_event import ShowEvent
from application.pages import Window
from application.ports.event_queries import EventCriteria, EventView
from domain.events.errors import (
    CapacityBelowAttendance,
    EventNotFound,
    NotEventCreator,
    ReadOnlyEvent,
)
from domain.events.event import EventChanges

EVENTS = "/v1/events/"
EVENT = "/v1/events/<uuid:event_id>/"
EDIT_REFUSALS = (
    EventNotFound(examples.EVENT_ID),
    NotEventCreator(),
    ReadOnlyEvent(),
    CapacityBelowAttendance(10, 12),
)


def events_blueprint(
    *,
    list_events: ListEvents,
    publish_event: PublishEvent,
    show_event: ShowEvent,
    edit_event: EditEvent,
    delete_event: DeleteEvent,
    authenticate: Callable[[], None],
) -> Blueprint:
    blueprint = Blueprint("events", "Publishing and finding events.", authenticate)

    @blueprint.operation("GET", EVENTS)
    @blueprint.query(EventListQuery)
    @blueprint.response(200, EventPageSchema, example=examples.EVENT_PAGE)
    def get_events(query: tuple[EventCriteria, Window]) -> PageBody:
        """List events

        All filters given must hold; `false` asks for the complement of `true`. `next` and
        `previous` are URLs that keep the filters. To walk many pages go by `next_cursor`: no event
        comes twice or is left out while others are added, and every page costs the same.
        """
        criteria, window = query
        page = list_events(criteria, window, caller().user_id)
        return page_body(page, window, criteria.sort)

    @blueprint.operation("POST", EVENTS)
    @blueprint.body(NewEventSchema, examples.NEW_EVENT)
    @blueprint.response(
        201,
        EventSchema,
        example=examples.EVENT,
        headers={"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
    )
    def create_event(body: dict[str, Any]) -> tuple[EventView, dict[str, str]]:
        """Publish an event

        Its creator attends only by taking a seat like everyone else.
        """
        event = publish_event(creator_id=caller().user_id, **body)
        return event, {"Location": url_for("events.get_event", event_id=event.id)}

    @blueprint.operation("GET", EVENT, EventNotFound(examples.EVENT_ID))
    @blueprint.response(200, EventSchema, example=examples.EVENT)
    def get_event(event_id: UUID) -> EventView:
        """Show an event

        The same shape as in lists.
        """
        return show_event(event_id, caller().user_id)

    @blueprint.operation("PUT", EVENT, *EDIT_REFUSALS)
    @blueprint.body(ReplaceEventSchema, examples.NEW_EVENT)
    @blueprint.response(200, EventSchema, example=examples.EVENT)
    def replace_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Replace an event

        For its creator, until it starts. What is left out gets its default; fields that can't be
        set are ignored.
        """
        return edit_event(event_id, caller().user_id, EventChanges(**body))

    @blueprint.operation("PATCH", EVENT, *EDIT_REFUSALS)
    @blueprint.body(ChangeEventSchema, examples.CHANGES)
    @blueprint.response(200, EventSchema, example=examples.EVENT)
    def change_event(body: dict[str, Any], event_id: UUID) -> EventView:
        """Change an event

        For its creator, until it starts. What is left out stays; fields that can't be set are
        ignored.
        """
        return edit_event(event_id, caller().user_id, EventChanges(**body))

    @blueprint.operation(
        "DELETE", EVENT, EventNotFound(examples.EVENT_ID), NotEventCreator(), ReadOnlyEvent()
    )
    @blueprint.response(204)
    def remove_event(event_id: UUID) -> Response:
        """Delete an event

        For its creator, until it starts. All seats in it are gone, too.
        """
        delete_event(event_id, caller().user_id)
        return no_content()

    return blueprint
