"""When people can register for an event."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.e2e.client import an_event_body, in_hours
from tests.e2e.problems import is_problem

START = datetime(2099, 5, 17, 18, tzinfo=UTC)
OPENS, CLOSES = START - timedelta(days=10), START - timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def written(instant):
    return instant.isoformat().replace("+00:00", "Z")


def new_event(person, **fields):
    window = {"registration_opens_at": written(OPENS), "registration_closes_at": written(CLOSES)}
    times = {"start_time": written(START), "end_time": written(START + timedelta(hours=3))}
    return person.new_event(**times | window | fields)


@pytest.fixture
def at(visitor, ada):
    """Moves the clock to an instant, and logs Ada in again."""
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:

        def travel(instant, person=ada):
            traveller.move_to(instant, tick=False)
            return visitor.log_in_again(person)

        yield travel


def test_before_the_window_nobody_can_attend(ada, at):
    event = new_event(ada)

    response = at(OPENS - MICROSECOND).attend(event)

    assert is_problem(response, 409, "registration_not_open")
    assert response.json()["registration_opens_at"] == "2099-05-07T18:00:00Z"
    assert response.json()["detail"] == "Registration opens on 2099-05-07 at 18:00 UTC."
    assert "registration_closes_at" not in response.json()


@pytest.mark.parametrize("instant", [OPENS, CLOSES - MICROSECOND])
def test_the_window_includes_its_start_and_excludes_its_end(ada, at, instant):
    event = new_event(ada)

    assert at(instant).attend(event).status_code == 204


@pytest.mark.parametrize("instant", [CLOSES, START - MICROSECOND])
def test_after_the_window_nobody_can_attend(ada, at, instant):
    event = new_event(ada)

    response = at(instant).attend(event)

    assert is_problem(response, 409, "registration_closed")
    assert response.json()["registration_closes_at"] == "2099-05-16T18:00:00Z"
    assert response.json()["detail"] == "Registration closed on 2099-05-16 at 18:00 UTC."
    assert "registration_opens_at" not in response.json()


def test_the_start_of_the_event_ends_registration_without_a_window(ada, at):
    event = new_event(ada, registration_opens_at=None, registration_closes_at=None)

    ada = at(START - MICROSECOND)
    assert ada.attend(event).status_code == 204
    assert is_problem(at(START).attend(event), 409, "read_only_event")


def test_attendees_keep_and_can_cancel_their_seats_after_registration(ada, at):
    event = new_event(ada)
    at(OPENS).attend(event)
    ada = at(CLOSES)

    assert ada.attend(event).status_code == 204  # changes nothing
    assert ada.get(event).json()["attendees_count"] == 1
    assert ada.cancel(event).status_code == 204
    assert is_problem(ada.attend(event), 409, "registration_closed")


def test_the_filter_finds_events_that_can_be_attended_now(ada, grace, at):
    new_event(ada, title="Open")
    new_event(ada, title="Always", registration_opens_at=None, registration_closes_at=None)
    new_event(ada, title="Early", registration_closes_at=written(OPENS + MICROSECOND))
    new_event(ada, title="Late", registration_opens_at=written(OPENS + MICROSECOND))
    new_event(ada, title="Draft", state="draft")
    ada.call_off(new_event(ada, title="Cancelled"))
    full = new_event(ada, title="Full", capacity=1)

    ada = at(OPENS)
    assert at(OPENS, grace).attend(full).status_code == 204
    assert set(ada.event_titles(registration="open")) == {"Open", "Always", "Early"}
    assert set(at(OPENS + MICROSECOND).event_titles(registration="open")) == {
        *("Open", "Always", "Late"),
    }
    assert at(CLOSES).event_titles(registration="open") == ["Always"]
    assert at(START).event_titles(registration="open") == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_null_removes_the_window(ada, method):
    event = new_event(ada)
    body = an_event_body(registration_opens_at=None, registration_closes_at=None)

    response = ada.http.request(method, event, json=body)

    assert response.status_code == 200
    for name in ("registration_opens_at", "registration_closes_at"):
        assert response.json()[name] is ada.get(event).json()[name] is None
    assert ada.attend(event).status_code == 204


def test_put_removes_a_window_that_is_omitted_and_patch_keeps_it(ada):
    event = new_event(ada)

    assert ada.patch(event, title="Coffee").json()["registration_opens_at"] == written(OPENS)
    assert ada.put(event, **an_event_body()).json()["registration_opens_at"] is None


BEFORE_OPENING, AFTER_CLOSING = OPENS - MICROSECOND, CLOSES + MICROSECOND
AFTER_OPENING = "Must be after registration_opens_at."
NOT_AFTER_START = "Must not be after start_time."
BEFORE_START = "Must be before start_time."


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"registration_closes_at": OPENS}, {"registration_closes_at": [AFTER_OPENING]}),
        ({"registration_opens_at": CLOSES}, {"registration_closes_at": [AFTER_OPENING]}),
        (
            {"registration_closes_at": START + MICROSECOND},
            {"registration_closes_at": [NOT_AFTER_START]},
        ),
        (
            {"registration_opens_at": START, "registration_closes_at": None},
            {"registration_opens_at": [BEFORE_START]},
        ),
        ({"start_time": CLOSES - MICROSECOND}, {"registration_closes_at": [NOT_AFTER_START]}),
        ({"start_time": CLOSES}, None),
        ({"registration_closes_at": START}, None),
        ({"registration_closes_at": OPENS + MICROSECOND}, None),
        ({"registration_opens_at": AFTER_CLOSING, "registration_closes_at": None}, None),
        ({"registration_opens_at": None, "registration_closes_at": BEFORE_OPENING}, None),
    ],
    ids=lambda value: " ".join(value) if value else "accepted",
)
def test_the_merged_window_of_a_patch_is_checked(ada, changes, errors):
    event = new_event(ada)
    before = ada.get(event).json()
    body = {name: value and written(value) for name, value in changes.items()}

    response = ada.patch(event, **body)

    if errors is None:
        assert response.status_code == 200
        assert {name: response.json()[name] for name in body} == body
    else:
        assert is_problem(response, 422, "validation_failed")
        assert response.json()["errors"] == errors
        assert ada.get(event).json() == before


def test_a_window_in_another_offset_is_shown_in_utc(ada):
    event = ada.new_event(
        start_time=in_hours(1000),
        end_time=in_hours(1001),
        registration_opens_at="2020-01-01T02:00+02:00",
    )

    assert ada.get(event).json()["registration_opens_at"] == "2020-01-01T00:00:00Z"
