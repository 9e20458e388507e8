from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.e2e.client import an_event_body, in_hours

READ_ONLY = {
    "id": "x",
    "status": "past",
    "attendees_count": 9,
    "seats_left": 9,
    "is_attending": True,
    "creator": {},
    "created_at": "never",
    "updated_at": None,
}


def test_a_published_event_is_shown_whole(ada):
    response = ada.publish(
        title="  Tea  ",
        capacity=3,
        start_time="2099-05-17T18:00:00+02:00",
        end_time="2099-05-17T19:30:00.5",
    )

    assert response.status_code == 201
    event = response.json()
    assert event["id"][14] == "7"  # the version of a UUIDv7
    assert response.headers["Location"] == f"/v1/events/{event['id']}/"
    assert event == {
        "id": event["id"],
        "title": "Tea",
        "description": "",
        "start_time": "2099-05-17T16:00:00Z",
        "end_time": "2099-05-17T19:30:00.500000Z",
        "capacity": 3,
        "status": "upcoming",
        "attendees_count": 0,
        "seats_left": 3,
        "is_attending": False,
        "creator": {"id": ada.id, "username": ada.username},
        "created_at": event["created_at"],
        "updated_at": event["created_at"],
    }
    assert ada.get(response.headers["Location"]).json() == event
    assert ada.get("/v1/events/").json()["results"] == [event]


def test_capacity_has_a_default_and_is_always_bounded(ada):
    assert ada.publish().json()["capacity"] == 1_000_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "  "),
        ("title", "x" * 201),
        ("title", None),
        ("title", 7),
        ("description", "x" * 10_001),
        ("description", None),
        ("capacity", 0),
        ("capacity", 1_000_001),
        ("capacity", 2**63),
        ("capacity", 10.5),
        ("capacity", "10"),
        ("capacity", True),
        ("capacity", None),
        ("capacity", 1e300),
        ("start_time", "2099-01-01"),
        ("start_time", "tomorrow"),
        ("start_time", 4102444800),
        ("start_time", "2099-02-30T10:00:00Z"),
        ("start_time", "2099-W01-1T10:00:00Z"),
        ("start_time", "2099-01-01T10:00Z"),
        ("start_time", "2099-01-01T10:00:60Z"),
        ("start_time", "2099-01-01T10:00:00+25:00"),
        ("start_time", "2099-01-01T10:00:00+00:99"),
        ("start_time", "٢٠٩٩-01-01T10:00:00Z"),
        ("start_time", "2020-01-01T10:00:00Z"),
        ("start_time", "0001-01-01T00:00:00+14:00"),
        ("end_time", "9999-12-31T23:59:59-12:00"),
        ("end_time", "2020-01-01T10:00:00Z"),
        ("organiser", "ada"),
        ("id", str(uuid4())),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_published(ada, field, value):
    response = ada.publish(**{field: value})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {field}
    assert ada.get("/v1/events/").json()["count"] == 0


@pytest.mark.parametrize("capacity", [10.0, 1, 1_000_000])
def test_a_whole_number_is_one_however_json_writes_it(ada, capacity):
    assert ada.publish(capacity=capacity).json()["capacity"] == capacity


def test_the_last_instant_there_is_can_be_the_end(ada):
    event = ada.publish(end_time="9999-12-31T23:59:59.999999Z").json()

    assert event["end_time"] == "9999-12-31T23:59:59.999999Z"
    assert ada.get("/v1/events/").json()["results"] == [event]


def test_patch_changes_what_is_named_and_put_replaces_all(ada):
    event = ada.published(title="Tea", description="Hot", capacity=5)

    patched = ada.patch(event, title="Coffee").json()
    assert (patched["title"], patched["description"], patched["capacity"]) == ("Coffee", "Hot", 5)
    assert patched["updated_at"] > patched["created_at"]

    replaced = ada.put(event, **an_event_body(title="Water")).json()
    assert (replaced["title"], replaced["description"]) == ("Water", "")
    assert replaced["capacity"] == 1_000_000
    assert ada.get(event).json() == replaced


def test_an_empty_patch_is_fine_and_an_empty_put_is_not(ada):
    event = ada.published()

    assert ada.patch(event).status_code == 200
    assert ada.put(event).json()["errors"].keys() == {"title", "start_time", "end_time"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_was_sent_may_be_sent_back(ada, method):
    event = ada.published(capacity=4)
    before = ada.get(event).json()

    response = ada.http.request(method, event, json=before | READ_ONLY | {"title": "New"})

    assert response.status_code == 200
    after = response.json()
    assert after == before | {"title": "New", "updated_at": after["updated_at"]}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_unknown_fields_of_an_edit_are_refused(ada, method):
    response = ada.http.request(method, ada.published(), json=an_event_body(colour="red"))

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {"colour"}


def test_the_merged_times_of_a_patch_must_ascend(ada):
    event = ada.published(start_time=in_hours(24), end_time=in_hours(25))

    assert ada.patch(event, start_time=in_hours(26)).json()["errors"].keys() == {"end_time"}
    assert ada.patch(event, end_time=in_hours(23)).json()["errors"].keys() == {"end_time"}
    assert ada.patch(event, start_time=in_hours(26), end_time=in_hours(27)).status_code == 200


def test_someone_elses_event_is_only_looked_at(ada, grace):
    event = ada.published()

    for response in (
        grace.patch(event, title="Mine"),
        grace.put(event, **an_event_body()),
        grace.delete(event),
    ):
        assert response.status_code == 403
        assert response.json()["code"] == "not_event_creator"
    assert grace.get(event).json()["title"] == "Tea"


def test_capacity_stays_above_the_seats_taken(ada, grace):
    event = ada.published(capacity=5)
    ada.attend(event)
    grace.attend(event)

    assert ada.patch(event, capacity=1).json()["code"] == "capacity_below_attendance"
    assert ada.patch(event, capacity=2).json()["seats_left"] == 0


def test_a_deleted_event_is_gone(ada, grace):
    event = ada.published()
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
    assert grace.listed(attending="true") == []


@pytest.mark.parametrize("hours", [24, 24.5, 25, 1000])
def test_an_event_that_has_started_is_closed_to_everyone(visitor, ada, grace, hours):
    event = ada.published()
    grace.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
        # Their tokens have expired by then.
        ada, grace = (
            visitor.bearing(visitor.log_in(person.username).json()["access_token"])
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
        seen = grace.get(event).json()
        assert seen["status"] == ("ongoing" if hours < 25 else "past")
        assert grace.listed(status=seen["status"]) == ["Tea"]
        assert (seen["title"], seen["attendees_count"], seen["is_attending"]) == ("Tea", 1, True)
