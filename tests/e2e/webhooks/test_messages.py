"""The `webhooks` of the document describe the messages that are sent."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema_rs import ValidationError

from domain.events.messages import MessageType
from tests.e2e.client import in_hours
from tests.e2e.conformance import pointer

TYPES = [*MessageType, "webhook.test"]
# With every optional field set, and then cleared or changed.
COMPLETE = {
    "description": "Bring a cup.",
    "timezone": "Europe/London",
    "registration_opens_at": "2026-05-01T00:00:00Z",
    "registration_closes_at": in_hours(23),
    "capacity": 1,
    "type": "social",
    "location": "The reading room",
    "visibility": "unlisted",
    "attendees_visible_to": "attendees",
    "waitlist_enabled": True,
}
EDITED = {
    "title": "Coffee",
    "description": "",
    "start_time": in_hours(48),
    "end_time": in_hours(49),
    "timezone": "UTC",
    "registration_opens_at": None,
    "registration_closes_at": None,
    "capacity": 2,
    "type": "meetup",
    "location": "",
    "visibility": "public",
    "attendees_visible_to": "everyone",
    "waitlist_enabled": False,
}


def schema_of(message_type):
    body = pointer("webhooks", message_type, "post", "requestBody", "content", "application/json")
    return f"{body}/schema"


def bodies_by_type(deliveries):
    bodies = {}
    for each in deliveries:
        body = json.loads(each.body)
        assert body["type"] == each.type
        bodies.setdefault(each.type, []).append(body)
    return bodies


@pytest.fixture
def sent(visitor, ada, grace, mailbox):
    """The bodies of messages of all types."""
    webhook = ada.new_webhook()
    ada.post(f"{webhook}test/")
    alan = visitor.new_member("alan")
    event = ada.new_event(**COMPLETE)
    ada.attend(event)
    grace.join_waitlist(event)
    alan.join_waitlist(event)
    alan.leave_waitlist(event)
    ada.cancel(event)
    ada.patch(event, **EDITED)
    ada.call_off(event, reason="Rain")
    ada.delete(event)
    draft = ada.new_event(state="draft")
    ada.patch(draft, title="A draft")
    ada.delete(draft)
    return bodies_by_type(mailbox.deliveries())


def test_every_message_matches_its_schema(document, sent):
    assert sent.keys() == set(TYPES) == document.spec["webhooks"].keys()
    for message_type, bodies in sent.items():
        for body in bodies:
            document.validate(body, schema_of(message_type))
            with pytest.raises(ValidationError):
                document.validate(body | {"more": 1}, schema_of(message_type))
            with pytest.raises(ValidationError):
                more = body["data"] | {"more": 1}
                document.validate(body | {"data": more}, schema_of(message_type))


def test_messages_about_events_have_the_event(ada, sent):
    published, updated, cancelled, deleted = (
        sent[message_type][0]["data"]["event"]
        for message_type in ("event.published", "event.updated", "event.cancelled", "event.deleted")
    )

    assert published.items() >= COMPLETE.items()
    assert published["state"] == "published"
    assert updated.items() >= EDITED.items()
    assert (cancelled["state"], cancelled["cancellation_reason"]) == ("cancelled", "Rain")
    assert deleted == cancelled
    assert [each["data"]["event"]["state"] for each in sent["event.deleted"]] == [
        "cancelled",
        "draft",
    ]


def test_an_update_has_the_previous_values_of_what_changed(sent):
    first, draft = (body["data"]["previous"] for body in sent["event.updated"])

    assert first.keys() == EDITED.keys()
    assert {name: first[name] for name in COMPLETE} == COMPLETE
    assert draft == {"title": "Tea"}


def test_messages_about_seats_have_the_person_and_the_counts(ada, grace, sent):
    def only(message_type):
        [body] = sent[message_type]
        return body["data"]

    created, cancelled = only("attendance.created"), only("attendance.cancelled")
    assert (created["user_id"], created["attendees_count"], created["capacity"]) == (ada.id, 1, 1)
    assert cancelled["user_id"] == ada.id
    assert only("attendance.promoted")["user_id"] == grace.id
    assert only("waitlist.left")["user_id"] != grace.id
    joined = {body["data"]["user_id"] for body in sent["waitlist.joined"]}
    assert joined == {grace.id, only("waitlist.left")["user_id"]}


def test_no_message_names_people(ada, grace, sent):
    text = json.dumps(sent)

    assert ada.username not in text
    assert grace.username not in text


def test_timestamps_are_when_it_happened(sent):
    for bodies in sent.values():
        for body in bodies:
            age = datetime.now(UTC) - datetime.fromisoformat(body["timestamp"])
            assert 0 <= age.total_seconds() < 60
