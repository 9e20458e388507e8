"""Who can find an event, and who can list its attendees."""

import pytest

from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.errors import AttendeesHidden
from domain.events.event import EventChanges
from domain.events.state import NO_REASON, EventState

ALL = PageRequest(10, 0)


def is_listed(world, event, viewer):
    page = world.list_events(EventCriteria(), ALL, viewer)
    assert page.count == len(page.results)
    return event.id in [each.id for each in page.results]


def attendees(world, event, viewer):
    return [each.id for each in world.list_attendees(event.id, ALL, viewer).results]


def test_an_unlisted_event_is_listed_for_its_creator_and_its_attendees(world, ada, grace):
    event = world.published(ada, visibility=Visibility.UNLISTED)
    assert is_listed(world, event, ada)
    assert not is_listed(world, event, grace)

    assert world.get_event(event.id, grace).visibility == "unlisted"
    assert world.get_event_calendar(event.id, grace)
    world.attend_event(event.id, grace)
    assert is_listed(world, event, grace)

    world.call_off_event(event.id, ada, NO_REASON)
    assert is_listed(world, event, grace)
    world.cancel_attendance(event.id, grace)
    assert not is_listed(world, event, grace)


def test_an_unlisted_draft_is_visible_only_to_its_creator(world, ada, grace):
    event = world.published(ada, visibility=Visibility.UNLISTED, state=EventState.DRAFT)

    assert is_listed(world, event, ada)
    assert not is_listed(world, event, grace)


def test_the_visibility_of_an_event_can_be_changed(world, ada, grace):
    event = world.published(ada, visibility=Visibility.UNLISTED)

    world.update_event(event.id, ada, EventChanges(visibility=Visibility.PUBLIC))

    assert is_listed(world, event, grace)


@pytest.mark.parametrize(
    ("visible_to", "sees"),
    [("everyone", [True, True]), ("attendees", [False, True]), ("organiser", [False, False])],
)
def test_only_those_named_by_attendees_visible_to_can_list_attendees(
    world, ada, grace, visible_to, sees
):
    """Before and after attending."""
    event = world.published(ada, attendees_visible_to=AttendeesVisibleTo(visible_to))

    for is_visible in sees:
        if is_visible:
            assert attendees(world, event, grace) == attendees(world, event, ada)
        else:
            with pytest.raises(AttendeesHidden):
                attendees(world, event, grace)
        world.attend_event(event.id, grace)

    assert attendees(world, event, ada) == [grace.user_id]
    assert world.get_event(event.id, grace).attendees_count == 1


def test_attendees_of_a_cancelled_event_still_see_each_other(world, ada, grace):
    event = world.published(ada, attendees_visible_to=AttendeesVisibleTo.ATTENDEES)
    world.attend_event(event.id, grace)
    world.call_off_event(event.id, ada, NO_REASON)

    assert attendees(world, event, grace) == [grace.user_id]
    world.cancel_attendance(event.id, grace)
    with pytest.raises(AttendeesHidden):
        attendees(world, event, grace)
