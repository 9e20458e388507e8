"""The log of deliveries, test messages and retries."""

from datetime import timedelta

import pytest

from domain.webhooks.delivery import Attempt
from tests.e2e.problems import is_problem

FAILURE = Attempt(503, timedelta(milliseconds=1_204), "Try later.")
NO_RESPONSE = Attempt(None, timedelta(seconds=15), error="No response within 15 s.")


@pytest.fixture
def webhook(ada):
    return ada.new_webhook()


def deliveries_of(person, webhook):
    response = person.get(f"{webhook}deliveries/")
    assert response.status_code == 200
    return response.json()["results"]


def test_a_test_message_is_queued_and_logged(ada, webhook, mailbox):
    ada.patch(webhook, types=["event.deleted"])

    queued = ada.post(f"{webhook}test/")

    assert queued.status_code == 202
    body = queued.json()
    assert (body["type"], body["state"], body["attempts"]) == ("webhook.test", "pending", 0)
    assert body["next_attempt_at"] == body["created_at"]
    assert deliveries_of(ada, webhook) == [body]
    [sent] = mailbox.deliveries()
    assert (str(sent.id), str(sent.message_id)) == (body["id"], body["message_id"])
    [logged] = deliveries_of(ada, webhook)
    assert logged == body | {
        "state": "succeeded",
        "attempts": 1,
        "status": 200,
        "duration_ms": 85,
        "response": "Thanks!",
        "last_attempt_at": logged["last_attempt_at"],
        "next_attempt_at": None,
    }


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        (FAILURE, {"status": 503, "duration_ms": 1_204, "error": None, "response": "Try later."}),
        (
            NO_RESPONSE,
            {
                "status": None,
                "duration_ms": 15_000,
                "error": "No response within 15 s.",
                "response": "",
            },
        ),
    ],
)
def test_a_failed_attempt_is_logged_and_tried_again_later(ada, webhook, mailbox, attempt, outcome):
    ada.new_event()

    mailbox.deliveries(attempt)

    [logged] = deliveries_of(ada, webhook)
    assert logged.items() >= {"state": "pending", "attempts": 1, **outcome}.items()
    assert logged["next_attempt_at"] > logged["last_attempt_at"]


def test_a_delivery_is_retried_at_once_with_the_same_message(ada, webhook, mailbox):
    ada.new_event()
    [first] = mailbox.deliveries(Attempt(500, timedelta()))

    retried = ada.post(f"{webhook}deliveries/{first.id}/retry/")

    assert retried.status_code == 202
    assert retried.json()["attempts"] == 0
    [second] = mailbox.deliveries()
    assert (second.message_id, second.body) == (first.message_id, first.body)
    [logged] = deliveries_of(ada, webhook)
    assert (logged["state"], logged["attempts"]) == ("succeeded", 1)
    assert ada.post(f"{webhook}deliveries/{first.id}/retry/").status_code == 202
    assert len(mailbox.deliveries()) == 1


def test_a_disabled_webhook_gets_no_test_and_no_retry(ada, webhook, mailbox):
    ada.post(f"{webhook}test/")
    [delivery] = mailbox.deliveries()
    ada.patch(webhook, enabled=False)

    for path in ("test/", f"deliveries/{delivery.id}/retry/"):
        assert is_problem(ada.post(webhook + path), 409, "webhook_disabled")
    ada.new_event()
    assert mailbox.deliveries() == []
    ada.patch(webhook, enabled=True)
    assert mailbox.deliveries() == []


def test_an_endpoint_that_is_gone_disables_the_webhook(ada, webhook, mailbox):
    ada.post(f"{webhook}test/")

    mailbox.deliveries(Attempt(410, timedelta()))

    found = ada.get(webhook).json()
    assert (found["enabled"], found["disabled_reason"]) == (False, "gone")
    [logged] = deliveries_of(ada, webhook)
    assert (logged["state"], logged["next_attempt_at"]) == ("failed", None)


def test_only_the_wanted_types_of_the_owners_events_are_delivered(ada, grace, webhook, mailbox):
    ada.patch(webhook, types=["attendance.created"])
    other = grace.new_webhook()
    event = ada.new_event()
    grace.attend(event)
    ada.attend(grace.new_event())

    mailbox.deliveries()

    assert [each["type"] for each in deliveries_of(ada, webhook)] == ["attendance.created"]
    types = [each["type"] for each in deliveries_of(grace, other)]
    assert types == ["attendance.created", "event.published"]


def test_deliveries_are_paged_newest_first(ada, webhook):
    expected = [ada.post(f"{webhook}test/").json()["id"] for _ in range(5)][::-1]
    path, pages = f"{webhook}deliveries/?limit=2", []
    for _ in range(3):
        page = ada.get(path)
        pages.append([each["id"] for each in page.json()["results"]])
        path, cursor = page.json()["next"], page.json()["next_cursor"]
        if len(pages) < 3:
            assert cursor in path
            assert f'<{path}>; rel="next"' in page.headers["Link"]

    assert (path, cursor) == (None, None)
    assert pages == [expected[:2], expected[2:4], expected[4:]]
    assert page.json().keys() == {"next", "next_cursor", "results"}
    assert (
        f"<{page.url.scheme}://{page.url.netloc.decode()}{webhook}deliveries/?limit=2>; "
        in (page.headers["Link"])
    )


@pytest.mark.parametrize("query", ["offset=0", "count=true", "limit=0", "cursor=x", "limit=101"])
def test_an_invalid_query_of_deliveries_is_named(ada, webhook, query):
    response = ada.get(f"{webhook}deliveries/?{query}")

    assert is_problem(response, 422, "validation_failed")
    assert response.json()["errors"].keys() == {query.partition("=")[0]}


def test_an_unknown_delivery_is_not_found(ada, webhook):
    other = ada.new_webhook()
    delivery = ada.post(f"{other}test/").json()["id"]

    response = ada.post(f"{webhook}deliveries/{delivery}/retry/")

    assert is_problem(response, 404, "delivery_not_found")
