"""Webhooks over HTTP."""

import base64

import pytest

from domain.webhooks.webhook import MAX_WEBHOOKS
from tests.applications import an_app
from tests.concurrency import run_concurrently
from tests.e2e.problems import is_problem

URL = "https://hooks.example.org/turnout"
NOWHERE = "/v1/webhooks/01997a60-5a80-7000-8000-000000000002/"


def key_of(secret):
    assert secret.startswith("whsec_")
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def test_a_new_webhook_is_enabled_and_gets_all_types(ada):
    created = ada.create_webhook(url=URL, description=" Door list ")

    assert created.status_code == 201
    body = created.json()
    assert len(key_of(body.pop("secret"))) == 32
    assert body == {
        "id": created.headers["Location"].split("/")[3],
        "url": URL,
        "types": None,
        "description": "Door list",
        "enabled": True,
        "disabled_reason": None,
        "created_at": body["created_at"],
    }
    found = ada.get(created.headers["Location"])
    assert found.json() == body
    assert ada.get("/v1/webhooks/").json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [body],
    }
    assert created.headers["ETag"] == found.headers["ETag"]


def test_webhooks_are_listed_in_order_of_creation(ada):
    paths = [ada.new_webhook(url=f"{URL}/{number}") for number in range(3)]

    webhooks = ada.get("/v1/webhooks/").json()["results"]

    assert [f"/v1/webhooks/{each['id']}/" for each in webhooks] == paths


def test_the_secret_is_only_in_two_responses(ada, caplog):
    caplog.set_level("DEBUG")
    created = ada.create_webhook()
    webhook = created.headers["Location"]
    rotated = ada.post(f"{webhook}rotate-secret/")
    responses = [
        ada.get(webhook),
        ada.patch(webhook, description="x"),
        ada.get("/v1/webhooks/"),
        ada.post(f"{webhook}test/"),
        ada.get(f"{webhook}deliveries/"),
    ]

    assert (created.status_code, rotated.status_code) == (201, 200)
    secrets = [each.json()["secret"] for each in (created, rotated)]
    assert len(set(secrets)) == 2
    for secret in secrets:
        raw = key_of(secret)
        assert all("secret" not in each.json() for each in responses)
        for text in (*(each.text for each in responses), caplog.text):
            assert secret.removeprefix("whsec_") not in text
            assert repr(raw)[2:-1] not in text
    for response in (created, rotated, *responses):
        assert response.headers["Cache-Control"] == "no-store"


def test_rotating_the_secret_keeps_the_webhook(ada):
    webhook = ada.new_webhook()
    before = ada.get(webhook)

    rotated = ada.post(f"{webhook}rotate-secret/")

    assert rotated.json() == before.json() | {"secret": rotated.json()["secret"]}
    assert rotated.headers["ETag"] == before.headers["ETag"]


def test_a_webhook_is_partially_updated(ada):
    webhook = ada.new_webhook(types=["event.published", "event.deleted"], description="Door")
    before = ada.get(webhook).json()
    assert before["types"] == ["event.deleted", "event.published"]

    changed = ada.patch(webhook, url=f"{URL}?x", types=["waitlist.joined", "waitlist.joined"])
    assert changed.json() == before | {"url": f"{URL}?x", "types": ["waitlist.joined"]}
    assert ada.patch(webhook, types=None).json()["types"] is None
    assert ada.patch(webhook, description="").json()["description"] == ""
    assert ada.patch(webhook).json() == ada.get(webhook).json()


def test_a_webhook_is_disabled_and_enabled_by_its_owner(ada):
    webhook = ada.new_webhook()
    before = ada.get(webhook).json()

    disabled = ada.patch(webhook, enabled=False).json()
    assert disabled == before | {"enabled": False, "disabled_reason": "by_owner"}
    assert ada.get(webhook).json() == disabled
    assert ada.patch(webhook, enabled=True).json() == before


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.org/", "webhook_url_refused"),
        ("https://127.0.0.1/", "webhook_url_refused"),
        ("https://[::1]/", "webhook_url_refused"),
        ("https://localhost/", "webhook_url_refused"),
        ("ftp://hooks.example.org/", "webhook_url_refused"),
        ("https://ada@hooks.example.org/", "validation_failed"),
        ("https://hooks.example.org/#x", "validation_failed"),
        ("https:///", "validation_failed"),
        (f"{URL}/{'x' * 2_000}", "validation_failed"),
        ("https://hooks.example.org/\u00fc", "validation_failed"),
        (7, "validation_failed"),
        (None, "validation_failed"),
    ],
)
def test_a_url_that_is_invalid_or_not_allowed_is_named(ada, url, code):
    webhook = ada.new_webhook()

    for response in (ada.create_webhook(url=url), ada.patch(webhook, url=url)):
        assert is_problem(response, 422, code)
        assert response.json()["errors"].keys() == {"url"}
    assert ada.get(webhook).json()["url"] == "https://hooks.example.org/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("types", []),
        ("types", ["event.reminder"]),
        ("types", ["webhook.test"]),
        ("types", "event.published"),
        ("types", [None]),
        ("description", "x" * 501),
        ("description", "a\x1bb"),
        ("description", None),
        ("secret", "whsec_x"),
        ("disabled_reason", None),
    ],
)
def test_an_invalid_field_of_a_webhook_is_named(ada, field, value):
    webhook = ada.new_webhook()

    for response in (ada.create_webhook(**{field: value}), ada.patch(webhook, **{field: value})):
        assert is_problem(response, 422, "validation_failed")
        assert {name.partition(".")[0] for name in response.json()["errors"]} == {field}


def test_a_webhook_for_no_types_is_told_what_to_do(ada):
    errors = ada.create_webhook(types=[]).json()["errors"]

    assert errors == {"types": ["Must have a type, or be null for all."]}


@pytest.mark.parametrize("value", ["true", 1, None])
def test_enabled_must_be_a_boolean(ada, value):
    webhook = ada.new_webhook()

    assert ada.patch(webhook, enabled=value).json()["errors"].keys() == {"enabled"}


def test_a_deleted_webhook_is_gone(ada):
    webhook = ada.new_webhook()

    assert ada.delete(webhook).status_code == 204

    assert is_problem(ada.get(webhook), 404, "webhook_not_found")
    assert is_problem(ada.delete(webhook), 404, "webhook_not_found")
    assert ada.get("/v1/webhooks/").json()["count"] == 0


def test_other_peoples_webhooks_are_not_found(ada, grace, mailbox):
    webhook = ada.new_webhook()
    ada.post(f"{webhook}test/")
    [delivery] = ada.get(f"{webhook}deliveries/").json()["results"]
    own = grace.new_webhook()
    before = ada.get(webhook).json()

    for path in (webhook, NOWHERE):
        responses = [
            grace.get(path),
            grace.patch(path, enabled=False),
            grace.delete(path),
            grace.post(f"{path}rotate-secret/"),
            grace.post(f"{path}test/"),
            grace.get(f"{path}deliveries/"),
            grace.post(f"{path}deliveries/{delivery['id']}/retry/"),
        ]
        for response in responses:
            assert is_problem(response, 404, "webhook_not_found")
    retry = grace.post(f"{own}deliveries/{delivery['id']}/retry/")
    assert is_problem(retry, 404, "delivery_not_found")
    assert ada.get(webhook).json() == before
    assert grace.get("/v1/webhooks/").json()["count"] == 1
    assert [each.attempts for each in mailbox.deliveries()] == [0]


def test_one_of_eleven_concurrent_creations_is_one_too_many(ada):
    responses = run_concurrently(*[ada.create_webhook] * (MAX_WEBHOOKS + 1))

    assert sorted(each.status_code for each in responses) == [201] * MAX_WEBHOOKS + [409]
    assert ada.get("/v1/webhooks/").json()["count"] == MAX_WEBHOOKS
    assert is_problem(ada.create_webhook(), 409, "too_many_webhooks")
    [first, *_] = ada.get("/v1/webhooks/").json()["results"]
    ada.delete(f"/v1/webhooks/{first['id']}/")
    assert ada.create_webhook().status_code == 201


def test_deleting_an_account_deletes_its_webhooks(ada, mailbox, empty_database):
    webhook = ada.new_webhook()
    ada.post(f"{webhook}test/")
    ada.new_event()

    assert ada.delete_account().status_code == 204

    assert mailbox.deliveries() == []
    with empty_database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM webhooks").scalar() == 0


def test_private_networks_can_be_allowed(database, ada):
    headers = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
    body = {"url": "http://127.0.0.1:8080/hook"}

    with an_app(database, webhooks_allow_private_networks=True) as app:
        created = app.test_client().post("/v1/webhooks/", json=body, headers=headers)

    assert created.status_code == 201, created.text
    assert created.json["url"] == body["url"]
