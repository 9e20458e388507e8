"""Events that their creators call off."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.e2e.client import an_event_body
from tests.e2e.problems import is_problem


@pytest.fixture
def event(ada, grace):
    """An event of Ada's that Grace attends."""
    event = ada.new_event(capacity=5)
    grace.attend(event)
    return event


def test_a_cancelled_event_shows_the_reason_and_keeps_its_attendees(ada, grace, event):
    before = ada.get(event).json()

    response = ada.call_off(event, reason="  The speaker is ill.\n")

    assert response.status_code == 200
    after = response.json()
    assert after["cancelled_at"] == after["updated_at"] > before["updated_at"]
    assert after == before | {
        "state": "cancelled",
        "cancelled_at": after["cancelled_at"],
        "cancellation_reason": "The speaker is ill.",
        "updated_at": after["updated_at"],
    }
    assert grace.get(event).json() == after | {"is_attending": True}
    [attendee] = grace.get(f"{event}attendees/").json()["results"]
    assert attendee["username"] == grace.username


def test_a_reason_is_optional(ada, event):
    assert ada.call_off(event).json()["cancellation_reason"] == ""


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("x" * 1001, "Must be at most 1,000 characters after trimming whitespace."),
        ("a\x00b", "Must not contain NUL characters or lone surrogates."),
        ("a\x1bb", "Must not contain control characters other than tabs and line breaks."),
    ],
)
def test_an_invalid_reason_is_explained(ada, event, reason, problem):
    response = ada.call_off(event, reason=reason)

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"] == {"reason": [problem]}
    assert ada.get(event).json()["state"] == "published"


def test_the_longest_reason_is_shown(ada, event):
    assert ada.call_off(event, reason="☂" * 1000).json()["cancellation_reason"] == "☂" * 1000


def test_calling_off_twice_keeps_the_first_reason(ada, event):
    first = ada.call_off(event, reason="Rain")
    again = ada.call_off(event, reason="Snow")

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]


def test_only_the_creator_can_call_off(grace, event):
    assert is_problem(grace.call_off(event), 403, "not_event_creator")
    assert grace.get(event).json()["state"] == "published"


def test_an_event_that_has_started_cannot_be_called_off(visitor, ada, event):
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        ada = visitor.log_in_again(ada)

        assert is_problem(ada.call_off(event), 409, "read_only_event")
        assert ada.get(event).json()["state"] == "published"


def test_a_cancelled_event_is_no_longer_attended(ada, grace, event):
    ada.call_off(event)

    for person in (ada, grace):
        response = person.attend(event)
        assert is_problem(response, 409, "event_cancelled")
        assert response.json()["detail"] == "The event is cancelled."
    assert ada.get(event).json()["attendees_count"] == 1


def test_an_attendee_can_leave_a_cancelled_event(ada, grace, event):
    ada.call_off(event)

    assert grace.cancel(event).status_code == 204
    assert ada.get(event).json()["attendees_count"] == 0
    assert is_problem(grace.attend(event), 409, "event_cancelled")


def test_a_cancelled_event_is_not_edited_or_published(ada, event):
    cancelled = ada.call_off(event).json()

    for response in (
        ada.patch(event, title="Coffee"),
        ada.patch(event),
        ada.put(event, **an_event_body()),
        ada.publish(event),
    ):
        assert is_problem(response, 409, "event_cancelled")
    assert ada.get(event).json() == cancelled


def test_a_cancelled_event_can_be_deleted_until_its_start(visitor, ada, event):
    other = ada.new_event()
    for each in (event, other):
        ada.call_off(each)

    assert ada.delete(event).status_code == 204
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert is_problem(visitor.log_in_again(ada).delete(other), 409, "read_only_event")


def test_lists_show_cancelled_events_by_their_state(ada, grace, event):
    ada.new_event(title="Coffee")
    ada.call_off(event)

    assert grace.event_titles() == ["Tea", "Coffee"]
    assert grace.event_titles(attending="true", status="upcoming") == ["Tea"]
    assert grace.event_titles(state="cancelled") == ["Tea"]
    assert grace.event_titles(state="published") == ["Coffee"]
    assert grace.event_titles(available="true") == ["Coffee"]
    assert grace.event_titles(available="false") == ["Tea"]
    assert grace.event_titles(registration="open") == ["Coffee"]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("state", "open", "Must be one of: draft, published, cancelled."),
        ("registration", "closed", "Must be one of: open."),
    ],
)
def test_an_invalid_filter_is_explained(ada, name, value, problem):
    response = ada.get("/v1/events/", params={name: value})

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"] == {name: [problem]}
