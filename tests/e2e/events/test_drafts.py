"""Drafts and their publication."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.concurrency import run_concurrently
from tests.e2e.client import an_event_body, in_hours
from tests.e2e.problems import is_problem


@pytest.fixture
def draft(ada):
    return ada.new_event(state="draft")


@pytest.fixture
def after_the_start(visitor, ada):
    """Ada, an hour after the start of her events. Her tokens have expired."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        yield visitor.log_in_again(ada)


def test_a_draft_is_not_published(ada, draft):
    event = ada.get(draft).json()

    assert (event["state"], event["status"]) == ("draft", "upcoming")
    assert event["published_at"] is event["cancelled_at"] is event["cancellation_reason"] is None


def test_a_draft_is_only_in_the_lists_of_its_creator(ada, grace, draft):
    assert ada.event_titles() == ada.event_titles(created="true") == ["Tea"]
    assert ada.event_titles(state="draft", status="upcoming", search="tea") == ["Tea"]
    for query in ({"state": "published"}, {"available": "true"}, {"registration": "open"}):
        assert ada.event_titles(**query) == []
    for query in ({}, {"state": "draft"}, {"creator": ada.username}, {"search": "tea"}):
        assert grace.event_titles(**query) == []
        assert grace.get("/v1/events/", params=query).json()["count"] == 0


def test_no_operation_shows_that_a_draft_exists_to_others(ada, grace, draft):
    before = ada.get(draft)
    unknown = draft.replace(draft.split("/")[3], "01997a60-5a80-7000-8000-000000000002")

    def responses(event):
        return [
            grace.get(event),
            grace.put(event, **an_event_body()),
            grace.patch(event, title="Mine"),
            grace.delete(event),
            grace.publish(event),
            grace.call_off(event, reason="Rain"),
            grace.attend(event),
            grace.cancel(event),
            grace.get(f"{event}attendees/"),
            grace.remove_attendee(event, ada),
            grace.join_waitlist(event),
            grace.leave_waitlist(event),
            grace.get(f"{event}waitlist/"),
            grace.get(f"{event}attendees/", headers={"Accept": "text/csv"}),
            grace.get(f"{event}calendar.ics"),
        ]

    for response, expected in zip(responses(draft), responses(unknown), strict=True):
        assert is_problem(response, 404, "event_not_found")
        different = {"detail", "request_id"}
        assert {k: v for k, v in response.json().items() if k not in different} == {
            k: v for k, v in expected.json().items() if k not in different
        }
        assert response.headers.keys() == expected.headers.keys()
    assert ada.get(draft).json() == before.json()


def test_a_draft_cannot_be_attended_called_off_or_put_into_a_calendar(ada, draft):
    for response in (
        ada.attend(draft),
        ada.call_off(draft),
        ada.get(f"{draft}calendar.ics"),
    ):
        assert is_problem(response, 409, "event_not_published")
        assert response.json()["detail"] == "The event is a draft. Publish or delete it."
    assert ada.cancel(draft).status_code == 204
    assert ada.get(f"{draft}attendees/").json()["results"] == []
    assert ada.get(draft).json()["state"] == "draft"


def test_a_draft_can_be_edited_and_deleted(ada, draft):
    assert ada.patch(draft, title="Coffee").json()["title"] == "Coffee"
    replaced = ada.put(draft, **an_event_body(title="Cocoa"))
    assert (replaced.json()["title"], replaced.json()["state"]) == ("Cocoa", "draft")

    assert ada.delete(draft).status_code == 204
    assert ada.get(draft).status_code == 404


def test_publishing_shows_the_event_to_everyone(ada, grace, draft):
    before = ada.get(draft).json()

    response = ada.publish(draft)

    assert response.status_code == 200
    event = response.json()
    assert event["published_at"] == event["updated_at"] > before["updated_at"]
    changed = {name: event[name] for name in ("state", "published_at", "updated_at")}
    assert event == before | changed | {"state": "published"}
    assert grace.get(draft).json() == event
    assert grace.event_titles() == ["Tea"]
    assert grace.attend(draft).status_code == 204


def test_publishing_twice_changes_nothing(ada, draft):
    first = ada.publish(draft)
    again = ada.publish(draft)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]


def test_of_concurrent_publications_the_first_one_counts(ada, draft):
    responses = run_concurrently(*[lambda: ada.publish(draft)] * 8)

    assert [response.status_code for response in responses] == [200] * 8
    assert len({response.json()["published_at"] for response in responses}) == 1
    assert ada.get(draft).json()["updated_at"] == responses[0].json()["published_at"]


def test_publishing_an_event_created_as_published_changes_nothing(ada):
    event = ada.new_event(state="published")

    assert ada.publish(event).json() == ada.get(event).json()


def test_only_the_creator_can_publish(ada, grace):
    event = ada.new_event()

    assert is_problem(grace.publish(event), 403, "not_event_creator")


def test_a_draft_whose_start_has_passed_needs_new_times(draft, after_the_start):
    ada = after_the_start
    times = {"start_time": in_hours(1), "end_time": in_hours(2)}

    for response in (ada.publish(draft), ada.patch(draft, title="Coffee")):
        assert is_problem(response, 422, "validation_failed")
        assert response.json()["errors"] == {"start_time": ["Must be in the future."]}
    assert ada.get(draft).json()["state"] == "draft"

    assert ada.patch(draft, **times).status_code == 200
    assert ada.publish(draft).json()["state"] == "published"


def test_a_draft_can_be_deleted_after_its_start(draft, after_the_start):
    assert after_the_start.delete(draft).status_code == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_edit_does_not_publish(ada, draft, method):
    body = an_event_body(state="published")

    assert ada.http.request(method, draft, json=body).json()["state"] == "draft"
    assert ada.get(draft).json()["published_at"] is None


def test_repeating_a_request_for_a_draft_creates_one_draft(ada):
    body, headers = an_event_body(state="draft"), {"Idempotency-Key": "tea"}
    first = ada.post("/v1/events/", body, headers=headers)
    ada.publish(first.headers["Location"])

    repeated = ada.post("/v1/events/", body, headers=headers)

    assert (repeated.status_code, repeated.content) == (201, first.content)
    assert repeated.json()["state"] == "draft"
    assert ada.event_titles() == ["Tea"]
    published = ada.post("/v1/events/", body | {"state": "published"}, headers=headers)
    assert is_problem(published, 422, "idempotency_key_reused")


def test_an_invalid_state_is_explained(ada):
    errors = ada.create_event(state="cancelled").json()["errors"]

    assert errors == {"state": ["Must be one of: draft, published."]}
