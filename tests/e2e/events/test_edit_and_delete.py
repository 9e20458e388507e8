"""Updating and deleting events, and what is read-only once they have started."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.e2e.client import an_event_body, in_hours

READ_ONLY = {
    "id": "x",
    "state": "cancelled",
    "status": "past",
    "attendees_count": 9,
    "seats_left": 9,
    "is_attending": True,
    "creator": {},
    "created_at": "never",
    "updated_at": None,
    "published_at": 7,
    "cancelled_at": "never",
    "cancellation_reason": ["Rain"],
}


def test_patch_changes_the_given_fields_and_put_replaces_all(ada):
    event = ada.new_event(title="Tea", description="Hot", capacity=5, location="Here")

    patched = ada.patch(event, title="Coffee", type="social").json()
    assert (patched["title"], patched["description"], patched["capacity"]) == ("Coffee", "Hot", 5)
    assert (patched["type"], patched["location"]) == ("social", "Here")
    assert patched["updated_at"] > patched["created_at"]

    replaced = ada.put(event, **an_event_body(title="Water")).json()
    assert (replaced["title"], replaced["description"]) == ("Water", "")
    assert replaced["capacity"] == 1_000_000
    assert (replaced["type"], replaced["location"]) == ("other", "")
    assert ada.get(event).json() == replaced


def test_an_empty_patch_is_accepted_and_an_empty_put_is_rejected(ada):
    event = ada.new_event()

    assert ada.patch(event).status_code == 200
    assert ada.put(event).json()["errors"].keys() == {"title", "start_time", "end_time"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_response_can_be_sent_back_with_its_read_only_fields(ada, method):
    event = ada.new_event(capacity=4)
    before = ada.get(event).json()

    response = ada.http.request(method, event, json=before | READ_ONLY | {"title": "New"})

    assert response.status_code == 200
    after = response.json()
    assert after == before | {"title": "New", "updated_at": after["updated_at"]}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_unknown_fields_are_rejected(ada, method):
    response = ada.http.request(method, ada.new_event(), json=an_event_body(colour="red"))

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {"colour"}


def test_the_merged_times_of_a_patch_must_be_in_order(ada):
    event = ada.new_event(start_time=in_hours(24), end_time=in_hours(25))

    assert ada.patch(event, start_time=in_hours(26)).json()["errors"].keys() == {"end_time"}
    assert ada.patch(event, end_time=in_hours(23)).json()["errors"].keys() == {"end_time"}
    assert ada.patch(event, start_time=in_hours(26), end_time=in_hours(27)).status_code == 200


def test_only_the_creator_can_change_an_event(ada, grace):
    event = ada.new_event()

    for response in (
        grace.patch(event, title="Mine"),
        grace.put(event, **an_event_body()),
        grace.delete(event),
    ):
        assert response.status_code == 403
        assert response.json()["code"] == "not_event_creator"
    assert grace.get(event).json()["title"] == "Tea"


def test_capacity_cannot_be_lower_than_the_attendee_count(ada, grace):
    event = ada.new_event(capacity=5)
    ada.attend(event)
    grace.attend(event)

    assert ada.patch(event, capacity=1).json()["code"] == "capacity_below_attendance"
    assert ada.patch(event, capacity=2).json()["seats_left"] == 0


def test_a_deleted_event_returns_404(ada, grace):
    event = ada.new_event()
    grace.attend(event)

    assert ada.delete(event).status_code == 204

    for response in (
        ada.get(event),
        ada.delete(event),
        ada.patch(event, title="Back"),
        grace.attend(event),
        grace.cancel(event),
        grace.get(f"{event}attendees/"),
    ):
        assert response.status_code == 404
        assert response.json()["code"] == "event_not_found"
    assert grace.event_titles(attending="true") == []


@pytest.mark.parametrize("hours", [24, 24.5, 25, 1000])
def test_an_event_that_has_started_is_read_only(visitor, ada, grace, hours):
    event = ada.new_event()
    grace.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
        # Their tokens have expired.
        ada, grace = (
            visitor.with_token(visitor.log_in(person.username).json()["access_token"])
            for person in (ada, grace)
        )
        for response in (
            ada.patch(event, title="Late"),
            ada.put(event, **an_event_body()),
            ada.delete(event),
            ada.attend(event),
            grace.attend(event),
            grace.cancel(event),
        ):
            assert response.status_code == 409
            assert response.json()["code"] == "read_only_event"
        body = grace.get(event).json()
        assert body["status"] == ("ongoing" if hours < 25 else "past")
        assert grace.event_titles(status=body["status"]) == ["Tea"]
        assert (body["title"], body["attendees_count"], body["is_attending"]) == ("Tea", 1, True)
