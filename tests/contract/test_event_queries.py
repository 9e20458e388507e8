from itertools import product
from uuid import uuid4

import pytest

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import AttendeeView, EventCriteria, EventView
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.errors import EventNotFound
from domain.events.event import Seat
from domain.events.state import CancellationReason, EventState
from domain.events.time_zone import TimeZone
from tests.builders import HOUR, NOON, an_event

ALL = PageRequest(limit=100, offset=0)


def found(storage, viewer, page_request=ALL, now=NOON, **criteria):
    return storage.events.find(EventCriteria(**criteria), page_request, Caller(viewer.id), now)


def test_a_viewer_sees_every_field(storage, ada, grace):
    event = storage.keep_event(ada, capacity=5)
    storage.seat(event, grace)

    view = storage.events.get(event.id, Caller(grace.id), NOON)

    assert view == EventView.of(storage.load(event, grace), ada.username, NOON)
    assert view.is_attending
    assert (view.attendees_count, view.seats_left) == (1, 4)
    assert not storage.events.get(event.id, Caller(ada.id), NOON).is_attending


def test_lists_and_detail_show_the_same(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace)

    for viewer, now in product((ada, grace), (NOON, NOON + HOUR, NOON + 2 * HOUR)):
        assert found(storage, viewer, now=now).results == [
            storage.events.get(event.id, Caller(viewer.id), now)
        ]


def test_a_view_has_every_field_of_its_event(storage, ada):
    event = an_event(
        creator_id=ada.id,
        visibility=Visibility.UNLISTED,
        attendees_visible_to=AttendeesVisibleTo.ORGANISER,
        timezone=TimeZone("Europe/Berlin"),
        opens_at=NOON - HOUR,
        closes_at=NOON,
        state=EventState.CANCELLED,
        published_at=NOON - 2 * HOUR,
        cancelled_at=NOON - HOUR,
        cancellation_reason=CancellationReason("The room is flooded."),
    )
    storage.keep(event)

    view = storage.events.get(event.id, Caller(ada.id), NOON)

    assert view == EventView.of(event, ada.username, NOON)
    assert found(storage, ada).results == [view]
    assert view.state is EventState.CANCELLED
    assert (view.cancelled_at, view.cancellation_reason) == (
        NOON - HOUR,
        "The room is flooded.",
    )
    assert view.visibility is Visibility.UNLISTED
    assert view.attendees_visible_to is AttendeesVisibleTo.ORGANISER


def test_an_unknown_event_has_neither_detail_nor_attendees(storage, ada):
    with pytest.raises(EventNotFound):
        storage.events.get(uuid4(), Caller(ada.id), NOON)
    assert storage.events.attendees(uuid4(), ALL, Caller(ada.id)).results == []


def test_only_its_creator_gets_a_draft(storage, ada, grace):
    draft = storage.keep_event(ada, state=EventState.DRAFT)

    view = storage.events.get(draft.id, Caller(ada.id), NOON)
    assert (view.state, view.published_at) == (EventState.DRAFT, None)
    with pytest.raises(EventNotFound):
        storage.events.get(draft.id, Caller(grace.id), NOON)


def test_everyone_gets_an_unlisted_or_cancelled_event(storage, ada, grace):
    for fields in ({"visibility": Visibility.UNLISTED}, {"state": EventState.CANCELLED}):
        event = storage.keep_event(ada, **fields)

        assert storage.events.get(event.id, Caller(grace.id), NOON).id == event.id


def test_a_page_of_events_is_counted_only_on_request(storage, ada):
    storage.keep_event(ada)

    assert found(storage, ada, PageRequest(limit=1, is_counted=False)).count is None
    assert found(storage, ada, PageRequest(limit=1)).count == 1


def test_attendees_are_not_counted(storage, ada):
    event = storage.keep_event(ada)

    assert storage.events.attendees(event.id, ALL, Caller(ada.id)).count is None


def test_attendees_continue_after_a_cursor(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace, now=NOON)
    storage.seat(event, ada, now=NOON)
    whole = storage.events.attendees(event.id, ALL, Caller(ada.id)).results

    first = storage.events.attendees(event.id, PageRequest(1), Caller(ada.id))
    second = storage.events.attendees(
        event.id, PageRequest(1, after=first.next_cursor), Caller(ada.id)
    )

    assert [*first.results, *second.results] == list(whole)
    assert second.next_cursor is None


def test_attendees_come_in_order_of_registration(storage, ada, grace):
    event = storage.keep_event(ada)
    storage.seat(event, grace, now=NOON)
    storage.seat(event, ada, now=NOON + HOUR / 2)

    page = storage.events.attendees(event.id, ALL, Caller(ada.id))

    assert page.results == [
        AttendeeView(grace.id, "grace", NOON),
        AttendeeView(ada.id, "ada", NOON + HOUR / 2),
    ]
    second = storage.events.attendees(event.id, PageRequest(limit=1, offset=1), Caller(ada.id))
    assert second.results == page.results[1:]


def test_a_view_built_from_the_entity_equals_the_one_that_is_read(storage, ada):
    event = an_event(creator_id=ada.id, seat=Seat(ada.id))
    storage.keep(event)

    assert EventView.of(event, ada.username, NOON) == storage.events.get(
        event.id, Caller(ada.id), NOON
    )
