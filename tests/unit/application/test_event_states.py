"""Publishing drafts and calling off events."""

from datetime import timedelta

import pytest

from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from application.preconditions import PreconditionFailed
from domain.errors import Invalid
from domain.events.description import Capacity, Title
from domain.events.errors import (
    EventCancelled,
    EventNotFound,
    EventNotPublished,
    NotEventCreator,
    ReadOnlyEvent,
    RegistrationClosed,
    RegistrationNotOpen,
)
from domain.events.event import MICROSECOND, EventChanges
from domain.events.state import NO_REASON, CancellationReason, EventState
from tests.builders import DAY, HOUR, NOON

ALL = PageRequest(10, 0)
RAIN = CancellationReason("It rains.")


def listed(world, viewer, **criteria):
    page = world.list_events(EventCriteria(**criteria), ALL, viewer)
    assert page.count == len(page.results)
    return [event.id for event in page.results]


def publish(world, event, caller, *precondition):
    return world.publish_event(event.id, caller, *precondition)


def call_off(world, event, caller, *precondition):
    return world.call_off_event(event.id, caller, RAIN, *precondition)


# Drafts


def test_a_draft_is_visible_only_to_its_creator(world, ada, grace):
    draft = world.draft(ada)

    assert (draft.state, draft.published_at) == ("draft", None)
    assert world.get_event(draft.id, ada) == draft
    assert listed(world, ada) == [draft.id]
    assert world.list_attendees(draft.id, ALL, ada).results == []
    assert list(world.export_attendees(draft.id, ada)) == [[]]
    assert listed(world, grace) == []
    for act in (
        *(world.get_event, world.get_event_calendar, world.export_attendees),
        *(world.attend_event, world.cancel_attendance, world.publish_event, world.delete_event),
    ):
        with pytest.raises(EventNotFound):
            act(draft.id, grace)
    with pytest.raises(EventNotFound):
        world.list_attendees(draft.id, ALL, grace)
    with pytest.raises(EventNotFound):
        world.update_event(draft.id, grace, EventChanges(title=Title("Mine")))
    with pytest.raises(EventNotFound):
        world.call_off_event(draft.id, grace, RAIN)
    assert world.get_event(draft.id, ada) == draft


def test_the_creator_of_a_draft_has_to_publish_it_first(world, ada):
    draft = world.draft(ada)

    for act in (world.attend_event, world.get_event_calendar):
        with pytest.raises(EventNotPublished):
            act(draft.id, ada)
    with pytest.raises(EventNotPublished):
        call_off(world, draft, ada)
    world.cancel_attendance(draft.id, ada)

    assert world.get_event(draft.id, ada) == draft


def test_a_draft_in_the_past_can_be_deleted(world, ada):
    draft = world.draft(ada)
    world.clock.advance(30 * DAY)

    world.delete_event(draft.id, ada)

    assert listed(world, ada) == []


# Publishing


def test_publishing_shows_a_draft_to_everyone(world, ada, grace):
    draft = world.draft(ada)
    world.clock.advance(HOUR)

    event = publish(world, draft, ada)

    assert (event.state, event.published_at) == ("published", NOON + HOUR)
    assert (event.created_at, event.updated_at) == (NOON, NOON + HOUR)
    assert event == world.get_event(draft.id, ada) == world.get_event(draft.id, grace)
    assert listed(world, grace) == [draft.id]
    assert world.get_event_calendar(draft.id, grace).revision == 1
    world.attend_event(draft.id, grace)


def test_publishing_twice_returns_the_same_event(world, ada):
    draft = world.draft(ada)
    event = publish(world, draft, ada)
    world.clock.advance(HOUR)

    assert publish(world, draft, ada) == event == world.get_event(draft.id, ada)


def test_only_the_creator_publishes_and_calls_off(world, ada, grace):
    event = world.published(ada)

    for act in (publish, call_off):
        with pytest.raises(NotEventCreator):
            act(world, event, grace)

    assert world.get_event(event.id, ada) == event


# Calling off


def test_calling_off_keeps_the_event_and_its_seats(world, ada, grace):
    event = world.published(ada)
    world.attend_event(event.id, grace)
    world.clock.advance(HOUR)

    cancelled = call_off(world, event, ada)

    assert (cancelled.state, cancelled.cancelled_at) == ("cancelled", NOON + HOUR)
    assert (cancelled.cancellation_reason, cancelled.updated_at) == (RAIN, NOON + HOUR)
    assert (cancelled.published_at, cancelled.attendees_count) == (NOON, 1)
    assert cancelled == world.get_event(event.id, ada)
    assert world.get_event(event.id, grace).is_attending
    assert listed(world, grace) == listed(world, grace, attending=True) == [event.id]
    assert world.get_event_calendar(event.id, grace).revision == 1
    assert world.seat_metrics.counted == [(1, 0)]


def test_calling_off_twice_returns_the_same_event_even_after_the_start(world, ada):
    event = world.published(ada)
    cancelled = call_off(world, event, ada)

    assert world.call_off_event(event.id, ada, NO_REASON) == cancelled
    world.clock.advance(DAY)
    again = world.call_off_event(event.id, ada, NO_REASON)
    assert (again.cancellation_reason, again.updated_at) == (RAIN, cancelled.updated_at)


def test_a_cancelled_event_is_final_but_seats_can_be_given_up(world, ada, grace):
    event = world.published(ada)
    world.attend_event(event.id, grace)
    call_off(world, event, ada)

    for act in (
        lambda: world.attend_event(event.id, ada),
        lambda: world.attend_event(event.id, grace),
        lambda: publish(world, event, ada),
        lambda: world.update_event(event.id, ada, EventChanges(title=Title("Coffee"))),
    ):
        with pytest.raises(EventCancelled):
            act()
    world.cancel_attendance(event.id, grace)

    assert world.get_event(event.id, ada).attendees_count == 0
    world.delete_event(event.id, ada)
    assert listed(world, ada) == []


# Both


@pytest.mark.parametrize("act", [publish, call_off])
def test_a_precondition_gets_the_event_before_the_transition_and_can_stop_it(world, ada, act):
    event = world.draft(ada) if act is publish else world.published(ada)
    seen = []

    def reject(view):
        seen.append(view)
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        act(world, event, ada, reject)

    assert seen[0] == seen[-1] == event
    assert world.get_event(event.id, ada) == event
    act(world, event, ada, seen.append)
    assert all(view == event for view in seen)


@pytest.mark.parametrize("act", [publish, call_off])
def test_a_precondition_is_evaluated_after_the_rules(world, ada, grace, act):
    def reject(_view):
        raise PreconditionFailed

    with pytest.raises(NotEventCreator):
        act(world, world.published(ada), grace, reject)
    with pytest.raises(EventCancelled if act is publish else EventNotPublished):
        act(world, world.called_off(ada) if act is publish else world.draft(ada), ada, reject)


@pytest.mark.parametrize(("act", "error"), [(publish, Invalid), (call_off, ReadOnlyEvent)])
def test_the_clock_is_read_after_the_wait_for_the_lock(
    world, ada, act, error, wait_a_day_for_locks
):
    event = world.draft(ada) if act is publish else world.published(ada)
    wait_a_day_for_locks()

    with pytest.raises(error):
        act(world, event, ada)


# Lists


def test_events_are_listed_by_state(world, ada, grace):
    draft, published, cancelled = world.draft(ada), world.published(ada), world.called_off(ada)
    hers = world.draft(grace)

    assert listed(world, ada, state=EventState.DRAFT) == [draft.id]
    assert listed(world, ada, state=EventState.PUBLISHED) == [published.id]
    assert listed(world, ada, state=EventState.CANCELLED) == [cancelled.id]
    assert listed(world, ada) == [draft.id, published.id, cancelled.id]
    assert listed(world, grace) == [published.id, cancelled.id, hers.id]


def test_only_published_events_with_seats_left_are_available(world, ada):
    full, free = world.published(ada, capacity=1), world.published(ada)
    world.attend_event(full.id, ada)
    draft, cancelled = world.draft(ada), world.called_off(ada)

    assert listed(world, ada, available=True) == [free.id]
    assert listed(world, ada, available=False) == [full.id, draft.id, cancelled.id]


@pytest.mark.parametrize(
    ("after", "is_open"),
    [(-MICROSECOND, False), (timedelta(0), True), (HOUR - MICROSECOND, True), (HOUR, False)],
)
def test_an_event_with_a_window_accepts_registrations_within_it(world, ada, after, is_open):
    event = world.published(
        ada, registration_opens_at=NOON + HOUR, registration_closes_at=NOON + 2 * HOUR
    )
    world.clock.advance(HOUR + after)

    assert listed(world, ada, is_registration_open=True) == ([event.id] if is_open else [])
    if is_open:
        world.attend_event(event.id, ada)
    else:
        with pytest.raises((RegistrationNotOpen, RegistrationClosed)):
            world.attend_event(event.id, ada)


def test_an_event_without_a_window_accepts_registrations_until_it_starts_or_is_full(world, ada):
    free, full = world.published(ada), world.published(ada, capacity=1)
    world.attend_event(full.id, ada)
    world.draft(ada)
    world.called_off(ada)

    assert listed(world, ada, is_registration_open=True) == [free.id]
    world.clock.advance(DAY - MICROSECOND)
    assert listed(world, ada, is_registration_open=True) == [free.id]
    world.clock.advance(MICROSECOND)
    assert listed(world, ada, is_registration_open=True) == []


def test_an_update_can_remove_a_bound_of_the_registration_window(world, ada):
    event = world.published(ada, registration_closes_at=NOON + HOUR)
    world.clock.advance(HOUR)

    world.update_event(
        event.id, ada, EventChanges(registration_closes_at=None, capacity=Capacity(5))
    )

    assert listed(world, ada, is_registration_open=True) == [event.id]
    world.attend_event(event.id, ada)
