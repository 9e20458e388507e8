"""Changes reach real endpoints on this machine, sent by a real worker."""

from datetime import datetime, timedelta
from secrets import token_bytes
from threading import Event

import httpx
import pytest
from sqlalchemy import text

from domain.webhooks.delivery import DELAYS, RESPONSE_MAX_BYTES
from tests.applications import a_container, live_server
from tests.concurrency import TIMEOUT_S, wait_until
from tests.e2e.conformance import Document, pointer
from tests.receivers import Reply, a_receiver
from tests.workers import a_worker


@pytest.fixture(scope="module")
def base_url(database):
    """An API that allows endpoints on this machine."""
    settings = {"ratelimit_enabled": False, "webhooks_allow_private_networks": True}
    with a_container(database, **settings) as container, live_server(container.app()) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def document(base_url):
    return Document(httpx.get(f"{base_url}/api/schema/").json())


@pytest.fixture(scope="module")
def worker(database):
    with a_worker(database.render_as_string(hide_password=False)) as process:
        yield process


@pytest.fixture
def receiver(worker):
    with a_receiver() as receiver:
        yield receiver


class Webhook:
    """A webhook as its owner sees it."""

    def __init__(self, owner, url):
        response = owner.create_webhook(url=url)
        assert response.status_code == 201, response.text
        self._owner = owner
        self.path = response.headers["Location"]
        self.secret = response.json()["secret"]

    def get(self):
        return self._owner.get(self.path).json()

    def update(self, **changes):
        response = self._owner.patch(self.path, **changes)
        assert response.status_code == 200, response.text

    def rotate_secret(self):
        return self._owner.post(f"{self.path}rotate-secret/").json()["secret"]

    def send_test(self):
        response = self._owner.post(f"{self.path}test/")
        assert response.status_code == 202, response.text
        return response.json()

    def retry(self, delivery):
        response = self._owner.post(f"{self.path}deliveries/{delivery['id']}/retry/")
        assert response.status_code == 202, response.text

    def deliveries(self):
        """Newest first."""
        return self._owner.get(f"{self.path}deliveries/").json()["results"]

    def last_delivery(self, **expected):
        """The newest one, once it is as expected."""

        def is_expected():
            deliveries = self.deliveries()
            return deliveries and expected.items() <= deliveries[0].items()

        wait_until(is_expected, f"the last delivery is {expected}")
        return self.deliveries()[0]


@pytest.fixture
def webhook(ada, receiver):
    return Webhook(ada, f"{receiver.url}/hook?key=1")


def arrived(receiver, number=1):
    """The requests, once there are as many."""
    wait_until(lambda: len(receiver.requests) >= number, f"{number} requests arrive")
    assert len(receiver.requests) == number
    return receiver.requests


def count_messages(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()


def make_due(engine):
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE state = 'pending'")
        )


def test_changes_arrive_signed_and_as_documented(document, ada, grace, receiver, webhook):
    event = ada.new_event()
    [published] = arrived(receiver)
    grace.attend(event)
    [_, attended] = arrived(receiver, 2)

    schema = ("post", "requestBody", "content", "application/json", "schema")
    for request in (published, attended):
        assert request.is_signed_with(webhook.secret)
        assert request.path == "/hook?key=1"
        body = request.json()
        document.validate(body, pointer("webhooks", body["type"], *schema))
    assert published.json()["type"] == "event.published"
    assert published.json()["data"]["event"]["title"] == ada.get(event).json()["title"]
    assert attended.json()["type"] == "attendance.created"
    assert attended.json()["data"]["user_id"] == grace.id
    delivery = webhook.last_delivery(state="succeeded")
    assert delivery["message_id"] == str(attended.message_id)
    assert (delivery["type"], delivery["status"]) == ("attendance.created", 204)
    assert (delivery["attempts"], delivery["error"]) == (1, None)
    assert delivery["duration_ms"] >= 0


def test_during_a_rotation_both_secrets_sign_a_test_message(receiver, webhook):
    new_secret = webhook.rotate_secret()

    delivery = webhook.send_test()

    [request] = arrived(receiver)
    assert str(request.message_id) == delivery["message_id"]
    assert request.json()["type"] == "webhook.test"
    assert new_secret != webhook.secret
    assert request.is_signed_with(webhook.secret)
    assert request.is_signed_with(new_secret)
    assert not request.is_signed_with(token_bytes(32))


def test_a_failed_delivery_is_logged_and_can_be_retried(receiver, webhook):
    receiver.respond = lambda _: Reply(500, b"x" * (RESPONSE_MAX_BYTES + 1))
    webhook.send_test()

    failed = webhook.last_delivery(attempts=1)
    assert (failed["state"], failed["status"]) == ("pending", 500)
    assert failed["response"] == "x" * RESPONSE_MAX_BYTES
    receiver.respond = lambda _: Reply(200, b"Thanks.")
    webhook.retry(failed)

    retried = webhook.last_delivery(state="succeeded")
    assert (retried["id"], retried["attempts"]) == (failed["id"], 1)
    assert (retried["status"], retried["response"]) == (200, "Thanks.")
    first, second = arrived(receiver, 2)
    assert (first.message_id, first.body) == (second.message_id, second.body)


def test_a_closed_connection_is_a_failure_that_is_tried_again(engine, receiver, webhook):
    receiver.respond = lambda _: Reply(None)
    webhook.send_test()
    failed = webhook.last_delivery(attempts=1)
    assert (failed["state"], failed["status"]) == ("pending", None)
    assert failed["error"]

    receiver.respond = lambda _: Reply()
    make_due(engine)

    assert webhook.last_delivery(state="succeeded")["attempts"] == 2


def test_a_redirect_is_a_failure_and_not_followed(receiver, webhook):
    receiver.respond = lambda _: Reply(308, headers={"Location": f"{receiver.url}/elsewhere"})
    webhook.send_test()

    delivery = webhook.last_delivery(attempts=1)
    assert (delivery["state"], delivery["status"]) == ("pending", 308)
    arrived(receiver)


def test_an_endpoint_says_when_to_retry(receiver, webhook):
    receiver.respond = lambda _: Reply(503, headers={"Retry-After": "3600"})
    webhook.send_test()

    delivery = webhook.last_delivery(attempts=1)
    last, following = (
        datetime.fromisoformat(delivery[name]) for name in ("last_attempt_at", "next_attempt_at")
    )
    assert following - last == timedelta(hours=1)


def test_an_endpoint_that_is_gone_gets_nothing_more_until_it_is_enabled(
    engine, ada, receiver, webhook
):
    receiver.respond = lambda _: Reply(410)
    webhook.send_test()
    assert webhook.last_delivery(attempts=1)["state"] == "failed"
    assert not webhook.get()["enabled"]
    assert webhook.get()["disabled_reason"] == "gone"
    ada.new_event(title="while it is disabled")
    wait_until(lambda: count_messages(engine) == 0, "the worker has seen it")
    receiver.respond = lambda _: Reply()

    webhook.update(enabled=True)
    ada.new_event(title="afterwards")

    _, request = arrived(receiver, 2)
    assert request.json()["data"]["event"]["title"] == "afterwards"


def test_enabling_does_not_replay_what_was_queued_before(engine, receiver, webhook):
    receiver.respond = lambda _: Reply(500)
    webhook.send_test()
    webhook.last_delivery(attempts=1)
    webhook.update(enabled=False)
    webhook.update(enabled=True)

    make_due(engine)

    assert webhook.last_delivery(state="failed")["attempts"] == 1
    arrived(receiver)


def test_after_the_last_attempt_the_webhook_is_disabled(engine, receiver, webhook):
    receiver.respond = lambda _: Reply(500)
    webhook.send_test()
    webhook.last_delivery(attempts=1)
    with engine.begin() as connection:
        values = {"attempts": len(DELAYS) - 1}
        connection.execute(text("UPDATE webhook_deliveries SET attempts = :attempts"), values)

    make_due(engine)

    assert webhook.last_delivery(state="failed")["attempts"] == len(DELAYS)
    assert webhook.get()["disabled_reason"] == "failing"


def test_an_attempt_that_took_longer_than_its_lease_is_not_recorded(engine, receiver, webhook):
    may_fail = Event()

    def respond(request):
        if request is receiver.requests[0]:
            may_fail.wait(TIMEOUT_S)
            return Reply(500)
        return Reply()

    receiver.respond = respond
    webhook.send_test()
    arrived(receiver)
    make_due(engine)
    delivery = webhook.last_delivery(state="succeeded")

    may_fail.set()

    webhook.send_test()
    webhook.last_delivery(attempts=1, state="succeeded")
    assert webhook.deliveries()[1] == delivery
