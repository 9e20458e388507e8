"""Creating events."""

import pytest
from sqlalchemy import text

from adapters.postgres.schema.tables import events
from domain.events.event import MAX_UPCOMING_EVENTS
from tests.e2e.problems import is_problem


def test_creating_an_event_returns_all_fields(ada):
    response = ada.create_event(
        title="  Tea  ",
        capacity=3,
        type="workshop",
        location=" The green room ",
        start_time="2099-05-17T18:00:00+02:00",
        end_time="2099-05-17T19:30:00.5",
        timezone="Europe/Berlin",
        registration_opens_at="2099-05-01T00:00",
        registration_closes_at="2099-05-17T18:00:00+02:00",
        visibility="unlisted",
        attendees_visible_to="organiser",
        waitlist_enabled=False,
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
        "timezone": "Europe/Berlin",
        "registration_opens_at": "2099-05-01T00:00:00Z",
        "registration_closes_at": "2099-05-17T16:00:00Z",
        "capacity": 3,
        "type": "workshop",
        "location": "The green room",
        "visibility": "unlisted",
        "attendees_visible_to": "organiser",
        "state": "published",
        "status": "upcoming",
        "attendees_count": 0,
        "waitlist_enabled": False,
        "waitlist_count": 0,
        "seats_left": 3,
        "is_attending": False,
        "waitlist_position": None,
        "creator": {"id": ada.id, "username": ada.username},
        "created_at": event["created_at"],
        "updated_at": event["created_at"],
        "published_at": event["created_at"],
        "cancelled_at": None,
        "cancellation_reason": None,
    }
    assert ada.get(response.headers["Location"]).json() == event
    assert ada.get("/v1/events/").json()["results"] == [event]


def test_optional_fields_have_defaults(ada):
    event = ada.create_event().json()

    assert (event["description"], event["type"], event["location"]) == ("", "other", "")
    assert event["capacity"] == 1_000_000  # never null
    assert (event["state"], event["timezone"], event["visibility"]) == (
        *("published", "UTC", "public"),
    )
    assert event["attendees_visible_to"] == "everyone"
    assert event["waitlist_enabled"] is True
    assert event["registration_opens_at"] is event["registration_closes_at"] is None


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
        ("type", "party"),
        ("type", None),
        ("type", "Meetup"),
        ("location", "x" * 301),
        ("location", None),
        ("location", 7),
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
        ("start_time", "2099-01-01T10Z"),
        ("start_time", "2099-01-01T10:00.5Z"),
        ("start_time", "2099-01-01T10:0Z"),
        ("start_time", "2099-01-01T10:00:60Z"),
        ("start_time", "2099-01-01T10:00:00+25:00"),
        ("start_time", "2099-01-01T10:00:00+00:99"),
        ("start_time", "٢٠٩٩-01-01T10:00:00Z"),
        ("start_time", "2020-01-01T10:00:00Z"),
        ("start_time", "0001-01-01T00:00:00+14:00"),
        ("end_time", "9999-12-31T23:59:59-12:00"),
        ("end_time", "2020-01-01T10:00:00Z"),
        ("timezone", ""),
        ("timezone", "Europe/Atlantis"),
        ("timezone", "europe/berlin"),
        ("timezone", "../etc/passwd"),
        ("timezone", "localtime"),
        ("timezone", None),
        ("registration_opens_at", "soon"),
        ("registration_opens_at", "2199-01-01T10:00:00Z"),
        ("registration_closes_at", "2199-01-01T10:00:00Z"),
        ("visibility", "private"),
        ("visibility", None),
        ("attendees_visible_to", "nobody"),
        ("attendees_visible_to", None),
        ("waitlist_enabled", "true"),
        ("waitlist_enabled", "yes"),
        ("waitlist_enabled", 1),
        ("waitlist_enabled", None),
        ("waitlist_count", 1),
        ("state", "cancelled"),
        ("state", None),
        ("cancellation_reason", "Rain"),
        ("published_at", "2099-01-01T10:00:00Z"),
        ("organiser", "ada"),
        ("id", "c238effb-2e6e-4063-9c2a-123a4c7eba24"),
    ],
)
def test_an_invalid_field_is_named_and_no_event_is_created(ada, field, value):
    response = ada.create_event(**{field: value})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {field}
    assert ada.get("/v1/events/").json()["count"] == 0


@pytest.mark.parametrize("capacity", [10.0, 1, 1_000_000])
def test_an_integer_may_be_written_as_a_float(ada, capacity):
    assert ada.create_event(capacity=capacity).json()["capacity"] == capacity


def test_the_latest_possible_instant_is_a_valid_end(ada):
    event = ada.create_event(end_time="9999-12-31T23:59:59.999999Z").json()

    assert event["end_time"] == "9999-12-31T23:59:59.999999Z"
    assert ada.get("/v1/events/").json()["results"] == [event]


@pytest.mark.parametrize("end", ["2099-05-17T16:00Z", "2099-05-17 18:00+02:00", "2099-05-17T16:00"])
def test_seconds_are_optional(ada, end):
    event = ada.new_event(end_time=end)

    assert ada.get(event).json()["end_time"] == "2099-05-17T16:00:00Z"
    assert ada.patch(event, end_time="2099-05-17T17:30Z").json()["end_time"][11:16] == "17:30"
    assert ada.event_titles(ends_after=end) == ["Tea"]


def test_the_number_of_upcoming_events_is_limited(ada, grace, empty_database):
    event = ada.new_event()
    columns = ", ".join(column.name for column in events.c if column.name != "id")
    with empty_database.begin() as connection:
        connection.execute(
            text(f"""
                INSERT INTO events (id, {columns}) SELECT gen_random_uuid(), {columns}
                FROM events, generate_series(2, {MAX_UPCOMING_EVENTS})
            """)
        )

    assert is_problem(ada.create_event(), 409, "too_many_events")
    assert grace.create_event().status_code == 201
    assert ada.delete(event).status_code == 204
    assert ada.create_event().status_code == 201
    assert is_problem(ada.create_event(), 409, "too_many_events")
