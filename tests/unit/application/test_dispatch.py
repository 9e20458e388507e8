"""Messages become deliveries to webhooks, and mails."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from application.messages import create_reminders, dispatch_messages
from application.messages.bodies import InternalType
from application.ports.outbox import OutboxMessage
from domain.accounts.user import ProfileChanges
from domain.events.description import (
    DESCRIPTION_MAX_LENGTH,
    Capacity,
    Description,
    Location,
    Title,
)
from domain.events.event import EventChanges
from domain.events.messages import MessageType
from domain.events.state import NO_REASON
from domain.events.time_zone import TimeZone
from domain.mails.queued_mail import MailKind
from domain.webhooks.delivery import DeliveryState
from domain.webhooks.webhook import CLOCK_TOLERANCE, MAX_WEBHOOKS, DisabledReason
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON, SECOND, a_webhook

MOVED = EventChanges(start_time=NOON + 2 * DAY, end_time=NOON + 2 * DAY + HOUR)


@pytest.fixture
def ada(world):
    return world.with_verified_email("ada")


@pytest.fixture
def grace(world):
    return world.with_verified_email("grace")


@pytest.fixture
def event(world, ada, grace):
    """An event of Ada's with Ada and Grace, whose messages are dispatched."""
    event = world.published(ada)
    world.attend_event(event.id, ada)
    world.attend_event(event.id, grace)
    world.dispatch_messages()
    world.clock.advance(SECOND)
    return event


def keep_webhook(world, owner, **fields):
    webhook = a_webhook(user_id=owner.user_id, **fields)
    world.store.committed.webhooks[webhook.id] = webhook
    return webhook


def deliveries(world, webhook):
    found = world.store.committed.deliveries.values()
    return [each for each in found if each.webhook_id == webhook.id]


def mails(world):
    return list(world.store.committed.mails.values())


def mailed(world):
    """Who gets which kinds of mails."""
    users = world.store.committed.users
    return sorted((users[mail.user_id].username, mail.kind) for mail in mails(world))


# Webhooks


def test_a_message_is_delivered_to_the_webhooks_of_the_events_creator(world, ada, grace):
    hers, other = (keep_webhook(world, owner) for owner in (ada, grace))
    event = world.published(ada)
    world.attend_event(event.id, grace)
    messages = list(world.store.committed.outbox.values())
    world.published(grace)

    assert world.dispatch_messages() == 3

    queued = deliveries(world, hers)
    assert [(each.message_id, each.body) for each in queued] == [
        (message.id, message.body) for message in messages
    ]
    assert [each.type for each in queued] == ["event.published", "attendance.created"]
    assert all(each.next_attempt_at == NOON for each in queued)
    assert all(each.state is DeliveryState.PENDING for each in queued)
    assert [each.type for each in deliveries(world, other)] == ["event.published"]


def test_a_dispatched_message_has_left_the_outbox(world, ada):
    keep_webhook(world, ada)
    world.published(ada)

    assert world.dispatch_messages() == 1
    assert world.messages() == []
    assert world.dispatch_messages() == 0
    assert len(world.store.committed.deliveries) == 1


def test_a_webhook_gets_only_messages_of_its_types(world, ada):
    webhook = keep_webhook(world, ada, types={MessageType.EVENT_CANCELLED})
    event = world.published(ada)
    world.call_off_event(event.id, ada, NO_REASON)

    world.dispatch_messages()

    assert [each.type for each in deliveries(world, webhook)] == ["event.cancelled"]


def test_a_disabled_webhook_gets_no_messages(world, ada):
    disabled = keep_webhook(world, ada, disabled_reason=DisabledReason.FAILING)
    world.published(ada)

    world.dispatch_messages()

    assert deliveries(world, disabled) == []
    assert world.messages() == []


def test_every_webhook_of_the_owner_gets_the_message_with_the_same_id(world, ada):
    webhooks = [keep_webhook(world, ada) for _ in range(2)]
    world.published(ada)

    world.dispatch_messages()

    [[first], [second]] = [deliveries(world, webhook) for webhook in webhooks]
    assert first.message_id == second.message_id
    assert first.id != second.id


def test_a_delivery_to_a_new_webhook_is_attempted_even_if_the_clock_is_behind(world, ada):
    webhook = keep_webhook(world, ada, enabled_at=NOON + SECOND)
    world.published(ada)

    world.dispatch_messages()

    [delivery] = deliveries(world, webhook)
    assert delivery.queued_at == NOON + SECOND


EVENT_DATA = {
    "id": str(UUID(int=1)),
    "title": "Tea",
    "start_time": "2030-05-18T12:00:00Z",
    "end_time": "2030-05-18T13:00:00Z",
    "timezone": "UTC",
    "location": "",
}
INTERNAL = {
    InternalType.EVENT_REMINDER: {"event": EVENT_DATA},
    InternalType.EMAIL_CHANGED: {"user_id": str(UUID(int=1)), "new": "a@b.example", "old": None},
    InternalType.PASSWORD_RESET_REQUESTED: {"email": "ada@example.org"},
}


@pytest.mark.parametrize("message_type", InternalType)
def test_internal_messages_never_go_to_webhooks(world, ada, message_type):
    keep_webhook(world, ada)
    message = {"type": message_type, "timestamp": NOON.isoformat(), "data": INTERNAL[message_type]}
    written = OutboxMessage(world.new_id(), ada.user_id, json.dumps(message))
    world.store.committed.outbox[written.id] = written

    assert world.dispatch_messages() == 1

    assert world.store.committed.deliveries == {}


def test_messages_are_taken_in_batches(world, ada, monkeypatch):
    monkeypatch.setattr(dispatch_messages, "BATCH", 2)
    webhook = keep_webhook(world, ada)
    for _ in range(3):
        world.published(ada)

    assert [world.dispatch_messages() for _ in range(3)] == [2, 1, 0]
    assert len(deliveries(world, webhook)) == 3


def test_a_unit_of_work_writes_few_megabytes_however_long_the_messages_are(world, ada):
    for _ in range(MAX_WEBHOOKS):
        keep_webhook(world, ada)
    event = world.published(ada)
    for number in range(30):
        text = f"{number:02}" + "\N{GRINNING FACE}" * (DESCRIPTION_MAX_LENGTH - 2)
        world.update_event(event.id, ada, EventChanges(description=Description(text)))

    world.dispatch_messages()

    bodies = [each.body for each in world.store.committed.deliveries.values()]
    assert sum(len(body.encode()) for body in bodies) < 10_000_000


# Mails


def test_everybody_but_the_creator_is_told_that_an_event_was_called_off(world, ada, grace, event):
    world.call_off_event(event.id, ada, NO_REASON)

    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.CALLED_OFF)]
    [mail] = mails(world)
    assert (mail.address, mail.next_attempt_at) == (None, world.clock.now())
    assert json.loads(mail.data) == {"event": EVENT_DATA | {"id": str(event.id)}}


@pytest.mark.parametrize("kind", [MailKind.CALLED_OFF, MailKind.MOVED])
def test_who_took_a_seat_later_by_another_clock_is_told_too(world, ada, grace, kind):
    event = world.published(ada)
    world.attend_event(event.id, grace)
    world.clock.advance(-SECOND)
    if kind is MailKind.MOVED:
        world.update_event(event.id, ada, MOVED)
    else:
        world.call_off_event(event.id, ada, NO_REASON)

    world.dispatch_messages()

    assert mailed(world) == [("grace", kind)]


@pytest.mark.parametrize(
    "changes",
    [
        MOVED,
        EventChanges(end_time=NOON + 3 * DAY),
        EventChanges(location=Location("The garden")),
    ],
    ids=["start", "end", "location"],
)
def test_everybody_but_the_creator_is_told_that_the_time_or_the_place_has_changed(
    world, ada, event, changes
):
    world.update_event(event.id, ada, changes)

    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.MOVED)]


def test_a_mail_about_a_move_has_both_times_and_places(world, ada, event):
    world.update_event(event.id, ada, MOVED)

    world.dispatch_messages()

    data = json.loads(mails(world)[0].data)
    assert data["previous"] == data["event"] | {
        "start_time": "2030-05-18T12:00:00Z",
        "end_time": "2030-05-18T13:00:00Z",
    }
    assert data["event"]["start_time"] == "2030-05-19T12:00:00Z"


@pytest.mark.parametrize(
    "changes",
    [
        EventChanges(title=Title("Coffee")),
        EventChanges(capacity=Capacity(9)),
        EventChanges(timezone=TimeZone("Europe/Berlin")),
    ],
    ids=["title", "capacity", "time zone"],
)
def test_nobody_is_told_about_other_changes(world, ada, event, changes):
    world.update_event(event.id, ada, changes)

    world.dispatch_messages()

    assert mails(world) == []
    assert world.messages() == []


def test_nobody_is_told_about_changes_of_a_draft(world, ada):
    draft = world.draft(ada)
    world.update_event(draft.id, ada, MOVED)

    world.dispatch_messages()

    assert mails(world) == []


def test_nobody_is_told_that_an_event_was_deleted(world, ada, event):
    world.delete_event(event.id, ada)

    world.dispatch_messages()

    assert mails(world) == []


def test_who_attends_after_a_move_is_not_told_about_it(world, ada, event):
    world.update_event(event.id, ada, MOVED | {"capacity": Capacity(3)})
    world.clock.advance(CLOCK_TOLERANCE + SECOND)
    world.attend_event(event.id, world.with_verified_email("hopper"))

    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.MOVED)]


def test_who_waits_is_told_that_the_event_moved(world, ada, event):
    world.join_waitlist(event.id, world.with_verified_email("hopper"))
    world.update_event(event.id, ada, MOVED)

    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.MOVED), ("hopper", MailKind.MOVED)]


def test_who_is_promoted_is_told_about_the_event_as_it_is(world, ada, grace, event):
    hopper = world.with_verified_email("hopper")
    world.join_waitlist(event.id, hopper)
    world.cancel_attendance(event.id, grace)
    world.update_event(event.id, ada, EventChanges(title=Title("Coffee")))

    world.dispatch_messages()

    [mail] = mails(world)
    assert (mail.user_id, mail.kind) == (hopper.user_id, MailKind.PROMOTED)
    assert (mail.address, json.loads(mail.data)["event"]["title"]) == (None, "Coffee")


def test_who_is_promoted_to_a_seat_of_a_deleted_event_is_not_told(world, ada, grace, event):
    world.join_waitlist(event.id, world.with_verified_email("hopper"))
    world.cancel_attendance(event.id, grace)
    world.delete_event(event.id, ada)

    world.dispatch_messages()

    assert mails(world) == []
    assert world.messages() == []


def test_each_change_is_one_mail_a_person(world, ada, event):
    world.update_event(event.id, ada, MOVED)
    world.update_event(event.id, ada, EventChanges(location=Location("The garden")))
    world.call_off_event(event.id, ada, NO_REASON)

    world.dispatch_messages()
    world.dispatch_messages()

    assert [kind for _, kind in mailed(world)] == ["called_off", "moved", "moved"]


def test_a_long_list_of_people_is_mailed_in_pages(world, ada, grace, monkeypatch):
    monkeypatch.setattr(dispatch_messages, "PAGE", 2)
    webhook = keep_webhook(world, ada)
    event = world.published(ada, capacity=9)
    for number in range(4):
        world.attend_event(event.id, world.with_verified_email(f"user-{number}"))
    world.dispatch_messages()
    world.call_off_event(event.id, ada, NO_REASON)
    [message] = world.store.committed.outbox.values()

    for queued in (2, 4):
        assert world.dispatch_messages() == 1
        late = keep_webhook(world, ada)
        assert len(mails(world)) == queued
        assert list(world.store.committed.outbox.values()) == [
            replace(message, last_user_id=mails(world)[-1].user_id)
        ]
    assert world.dispatch_messages() == 1

    assert world.messages() == []
    assert len({mail.user_id for mail in mails(world)}) == len(mails(world)) == 4
    assert {mail.message_id for mail in mails(world)} == {message.id}
    assert [each.type for each in deliveries(world, webhook)].count("event.cancelled") == 1
    assert deliveries(world, late) == []


def test_without_mail_only_webhooks_get_messages(world, ada, event):
    webhook = keep_webhook(world, ada)
    world.call_off_event(event.id, ada, NO_REASON)

    assert replace(world.dispatch_messages, is_mailing=False)() == 1

    assert mails(world) == []
    assert world.messages() == []
    assert len(deliveries(world, webhook)) == 1


# Accounts


def change_email(world, caller, email, name="ada"):
    changes, password = ProfileChanges(email=email), f"{name}'s password"
    world.update_profile(caller, changes, CLIENT_INFO, current_password=password)
    world.dispatch_messages()


def test_a_new_address_and_the_verified_one_before_it_get_mails(world, ada):
    change_email(world, ada, "new@example.org")

    assert {mail.kind: mail.address for mail in mails(world)} == {
        MailKind.VERIFY_EMAIL: "new@example.org",
        MailKind.EMAIL_CHANGED: "ada@example.org",
    }
    assert {mail.user_id for mail in mails(world)} == {ada.user_id}


def test_an_address_that_is_removed_gets_a_mail(world, ada):
    change_email(world, ada, None)

    assert [(mail.kind, mail.address) for mail in mails(world)] == [
        (MailKind.EMAIL_CHANGED, "ada@example.org")
    ]


def test_an_address_that_was_never_verified_is_not_told_that_it_was_replaced(world):
    hopper = world.person("hopper")
    change_email(world, hopper, "first@example.org", "hopper")
    change_email(world, hopper, "second@example.org", "hopper")

    assert [(mail.kind, mail.address) for mail in mails(world)] == [
        (MailKind.VERIFY_EMAIL, "first@example.org"),
        (MailKind.VERIFY_EMAIL, "second@example.org"),
    ]


def test_a_reset_is_mailed_to_each_account_with_that_verified_address(world, ada, grace):
    hopper = world.person("hopper")
    users = world.store.committed.users
    users[grace.user_id].email = users[grace.user_id].verified_email = "ADA@example.org"
    users[hopper.user_id].email = "ada@example.org"  # not verified

    world.request_password_reset("Ada@Example.org", CLIENT_INFO)
    world.dispatch_messages()

    assert {mail.user_id: mail.address for mail in mails(world)} == {
        ada.user_id: "ada@example.org",
        grace.user_id: "ADA@example.org",
    }
    assert {mail.kind for mail in mails(world)} == {MailKind.RESET_PASSWORD}


def test_a_reset_for_an_unknown_address_is_no_mail(world):
    world.request_password_reset("nobody@example.org", CLIENT_INFO)

    assert world.dispatch_messages() == 1
    assert mails(world) == []
    assert world.messages() == []


# Reminders


def test_attendees_are_reminded_a_day_before_the_event(world, ada, grace):
    event = world.published(ada, start=3 * DAY)
    world.attend_event(event.id, grace)
    world.attend_event(event.id, ada)
    world.dispatch_messages()

    world.clock.advance(2 * DAY - SECOND)
    assert world.create_reminders() == 0
    world.clock.advance(SECOND)
    assert world.create_reminders() == 1
    assert world.create_reminders() == 0
    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.REMINDER)]
    assert json.loads(mails(world)[0].data)["event"]["id"] == str(event.id)


def test_who_took_a_seat_within_a_day_of_the_start_is_not_reminded(world, ada, grace):
    event = world.published(ada, start=DAY / 2)
    world.attend_event(event.id, grace)

    world.create_reminders()
    world.dispatch_messages()

    assert mails(world) == []


def test_who_waits_is_not_reminded(world, ada, grace):
    event = world.published(ada, capacity=1, start=2 * DAY)
    world.attend_event(event.id, grace)
    world.join_waitlist(event.id, world.with_verified_email("hopper"))
    world.clock.advance(DAY)

    world.create_reminders()
    world.dispatch_messages()

    assert mailed(world) == [("grace", MailKind.REMINDER)]


def test_attendees_of_an_event_that_is_moved_are_reminded_again(world, ada, grace):
    event = world.published(ada, start=2 * DAY)
    world.attend_event(event.id, grace)
    world.clock.advance(DAY)
    world.create_reminders()
    later = EventChanges(start_time=NOON + 4 * DAY, end_time=NOON + 5 * DAY)
    world.update_event(event.id, ada, later)
    world.clock.advance(2 * DAY)

    assert world.create_reminders() == 1
    world.dispatch_messages()

    assert [kind for _, kind in mailed(world)].count(MailKind.REMINDER) == 2


def test_drafts_and_events_that_are_called_off_are_not_reminded_of(world, ada):
    world.draft(ada)
    world.called_off(ada)

    assert world.create_reminders() == 0


def test_reminders_are_created_in_batches(world, ada, monkeypatch):
    monkeypatch.setattr(create_reminders, "BATCH", 2)
    for _ in range(3):
        world.published(ada)

    assert [world.create_reminders() for _ in range(3)] == [2, 1, 0]
