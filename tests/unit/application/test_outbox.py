"""Every committed change of an event or a place writes its messages, in the same transaction."""

from dataclasses import fields
from datetime import timedelta

import pytest

from application.preconditions import PreconditionFailed
from application.use_cases import UseCases
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.errors import CapacityExhausted
from domain.events.event import EventChanges
from domain.events.state import NO_REASON, CancellationReason
from domain.events.time_zone import TimeZone
from tests.builders import CLIENT_INFO, DAY, HOUR

EDIT = EventChanges(title=Title("Coffee"))


def full(world, ada, grace):
    """An event of Ada's whose only seat is taken, and with Grace on its waitlist."""
    event = world.published(ada, capacity=1)
    world.attend_event(event.id, ada)
    world.join_waitlist(event.id, grace)
    return event


def create_event(world, ada, _grace):
    return lambda: world.published(ada)


def update_event(world, ada, grace):
    event = full(world, ada, grace)
    return lambda: world.update_event(event.id, ada, EventChanges(capacity=Capacity(2)))


def publish_event(world, ada, _grace):
    event = world.draft(ada)
    return lambda: world.publish_event(event.id, ada)


def call_off_event(world, ada, _grace):
    event = world.published(ada)
    return lambda: world.call_off_event(event.id, ada, NO_REASON)


def delete_event(world, ada, _grace):
    event = world.published(ada)
    return lambda: world.delete_event(event.id, ada)


def attend_event(world, ada, grace):
    event = world.published(ada)
    return lambda: world.attend_event(event.id, grace)


def cancel_attendance(world, ada, grace):
    event = full(world, ada, grace)
    return lambda: world.cancel_attendance(event.id, ada)


def remove_attendee(world, ada, grace):
    event = full(world, ada, grace)
    return lambda: world.remove_attendee(event.id, ada.user_id, ada)


def join_waitlist(world, ada, grace):
    event = world.published(ada, capacity=1)
    world.attend_event(event.id, ada)
    return lambda: world.join_waitlist(event.id, grace)


def leave_waitlist(world, ada, grace):
    event = full(world, ada, grace)
    return lambda: world.leave_waitlist(event.id, grace)


def delete_account(world, ada, grace):
    """Of Ada, who has a draft and an event, a seat that Grace waits for, and waits herself."""
    world.draft(ada)
    world.published(ada)
    attended = world.published(grace, capacity=1)
    world.attend_event(attended.id, ada)
    world.join_waitlist(attended.id, grace)
    waited_for = world.published(grace, capacity=1)
    world.attend_event(waited_for.id, grace)
    world.join_waitlist(waited_for.id, ada)
    return lambda: world.delete_account(ada, "ada's password", CLIENT_INFO)


WRITTEN = [
    (create_event, ["event.published"]),
    (update_event, ["event.updated", "attendance.promoted"]),
    (publish_event, ["event.published"]),
    (call_off_event, ["event.cancelled"]),
    (delete_event, ["event.deleted"]),
    (attend_event, ["attendance.created"]),
    (cancel_attendance, ["attendance.cancelled", "attendance.promoted"]),
    (remove_attendee, ["attendance.cancelled", "attendance.promoted"]),
    (join_waitlist, ["waitlist.joined"]),
    (leave_waitlist, ["waitlist.left"]),
    (
        delete_account,
        [
            *("event.deleted", "event.cancelled"),
            *("attendance.cancelled", "attendance.promoted", "waitlist.left"),
        ],
    ),
]

# They change neither events nor places.
OTHERS = {
    *("authenticate", "sign_up", "log_in", "refresh_session", "verify_token", "revoke_token"),
    *("find_token_session", "list_sessions", "revoke_session", "revoke_all_sessions"),
    *("get_profile", "update_profile", "change_password"),
    *("verify_email", "request_password_reset", "reset_password"),
    *("list_events", "get_event", "list_attendees", "export_attendees", "list_waitlist"),
    *("get_calendar_feed", "create_calendar_feed", "delete_calendar_feed"),
    *("read_calendar_feed", "get_event_calendar"),
    *("list_webhooks", "create_webhook", "get_webhook", "update_webhook", "delete_webhook"),
    *("rotate_webhook_secret", "send_test_message", "list_deliveries", "retry_delivery"),
}


def test_every_use_case_writes_messages_or_changes_neither_events_nor_places():
    writing = {prepare.__name__ for prepare, _ in WRITTEN}

    assert writing.isdisjoint(OTHERS)
    assert writing | OTHERS == {field.name for field in fields(UseCases)}


@pytest.mark.parametrize(
    ("prepare", "types"), WRITTEN, ids=[prepare.__name__ for prepare, _ in WRITTEN]
)
def test_a_use_case_writes_each_change_once(world, ada, grace, prepare, types):
    act = prepare(world, ada, grace)
    before = len(world.messages())

    act()

    assert [message["type"] for message in world.messages()[before:]] == types


REPEATED = [publish_event, call_off_event, attend_event, join_waitlist, leave_waitlist]


@pytest.mark.parametrize("prepare", REPEATED)
def test_a_repeated_request_writes_nothing(world, ada, grace, prepare):
    act = prepare(world, ada, grace)
    act()
    before = world.messages()

    act()

    assert world.messages() == before


def test_a_draft_is_no_message_until_it_is_edited_published_or_deleted(world, ada):
    draft, other = world.draft(ada), world.draft(ada)
    assert world.messages() == []

    world.update_event(draft.id, ada, EDIT)
    world.publish_event(draft.id, ada)
    world.delete_event(other.id, ada)

    assert [message["type"] for message in world.messages()] == [
        *("event.updated", "event.published", "event.deleted"),
    ]


def test_what_is_rolled_back_writes_nothing(world, ada, grace):
    event = full(world, ada, grace)
    before = world.messages()

    def refuse(_view):
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        world.update_event(event.id, ada, EDIT, refuse)
    with pytest.raises(PreconditionFailed):
        world.delete_event(event.id, ada, refuse)
    with pytest.raises(CapacityExhausted):
        world.attend_event(event.id, grace)

    assert world.messages() == before


def test_messages_are_for_the_creator_of_the_event(world, ada, grace):
    event = world.published(ada)
    world.attend_event(event.id, grace)

    assert [each.owner_id for each in world.store.committed.outbox.values()] == [ada.user_id] * 2


# What messages say

EVENT_FIELDS = {
    *("id", "title", "description", "start_time", "end_time", "timezone", "location", "type"),
    *("capacity", "attendees_count", "seats_left", "waitlist_enabled", "waitlist_count"),
    *("registration_opens_at", "registration_closes_at", "visibility", "attendees_visible_to"),
    *("state", "created_at", "updated_at", "published_at", "cancelled_at", "cancellation_reason"),
}


def test_a_message_says_what_happened_when_and_to_what(world, ada):
    event = world.published(ada, location=Location("Café"))

    [message] = world.messages()

    assert message.keys() == {"type", "timestamp", "data"}
    assert message["timestamp"] == "2030-05-17T12:00:00Z"
    said = message["data"]["event"]
    assert (said["id"], said["title"], said["location"]) == (str(event.id), "Tea", "Café")
    assert said["start_time"] == "2030-05-18T12:00:00Z"


def test_an_event_in_a_message_depends_neither_on_a_viewer_nor_on_the_time(world, ada, grace):
    event = world.published(ada)
    world.attend_event(event.id, ada)
    world.update_event(event.id, ada, EDIT)
    world.call_off_event(event.id, ada, CancellationReason("Rain"))
    world.delete_event(event.id, ada)

    events = [each["data"]["event"] for each in world.messages() if "event" in each["data"]]

    assert len(events) == 4
    assert all(each.keys() == EVENT_FIELDS for each in events)


def test_a_message_about_a_place_has_ids_and_counts_and_no_names(world, ada, grace):
    event = full(world, ada, grace)

    world.cancel_attendance(event.id, ada)

    assert [message["data"] for message in world.messages()[-2:]] == [
        {
            "event_id": str(event.id),
            "user_id": str(user.user_id),
            "capacity": 1,
            "attendees_count": 1,
            "waitlist_count": 0,
        }
        for user in (ada, grace)
    ]


def test_an_update_says_the_previous_values_as_they_were_said_before(world, ada):
    event = world.published(ada)
    changes = EventChanges(
        title=Title("Coffee"),
        description=Description("Strong"),
        start_time=event.start_time + HOUR,
        end_time=event.end_time + HOUR,
        timezone=TimeZone("Europe/Berlin"),
        capacity=Capacity(5),
        type=EventType.SOCIAL,
        location=Location("The garden"),
        visibility=Visibility.UNLISTED,
        attendees_visible_to=AttendeesVisibleTo.ORGANISER,
        registration_opens_at=event.start_time - DAY,
        registration_closes_at=event.start_time,
        waitlist_enabled=False,
    )

    world.update_event(event.id, ada, changes)

    before, after = (message["data"] for message in world.messages())
    assert after["previous"] == {name: before["event"][name] for name in changes}
    assert all(after["event"][name] != before["event"][name] for name in changes)


def test_an_update_of_one_field_has_one_previous_value(world, ada):
    event = world.published(ada)

    world.update_event(event.id, ada, EventChanges(title=Title("Coffee"), capacity=event.capacity))

    assert world.messages()[-1]["data"]["previous"] == {"title": "Tea"}


def test_a_message_stays_as_it_was_written(world, ada, grace):
    event = world.published(ada)
    written = world.messages()

    world.clock.advance(timedelta(hours=1))
    world.update_event(event.id, ada, EDIT)
    world.attend_event(event.id, grace)
    world.delete_event(event.id, ada)

    assert world.messages()[:1] == written


def test_messages_of_a_deleted_event_stay(world, ada, grace):
    event = full(world, ada, grace)

    world.delete_event(event.id, ada)

    assert len(world.messages()) == 4
