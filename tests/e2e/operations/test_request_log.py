"""Request ids and the request log."""

import json
import os
import pty
import uuid
from collections import Counter

import httpx
import psutil
import pytest

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.http.test_raw_http import send_raw
from tests.postgres import a_database
from tests.processes import run_cli, running_cli

ACCOUNT = {"username": "ada", "password": PASSWORD}
WELL_FORMED = ["a", "0af7651916cd43dd8448eb211c80319c", "x" * 128, "trace:1/2+3=4@5_6.7-8"]
MALFORMED = ["", "x" * 129, "two words", 'a"b', "a,b", "ä", "a\tb"]


@pytest.fixture(scope="module")
def settings(postgres):
    with a_database(postgres) as url:
        yield {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }


@pytest.mark.parametrize("sent", WELL_FORMED)
def test_a_well_formed_request_id_is_kept(visitor, sent):
    response = visitor.get("/nowhere/", headers={"X-Request-ID": sent})

    assert response.headers.get_list("X-Request-ID") == [sent]
    assert response.json()["request_id"] == sent


@pytest.mark.parametrize("sent", MALFORMED)
def test_a_malformed_request_id_is_replaced(visitor, sent):
    response = visitor.get("/nowhere/", headers={"X-Request-ID": sent.encode()})

    assert uuid.UUID(response.headers["X-Request-ID"])
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


def test_every_response_has_its_own_request_id(ada, visitor):
    event = ada.new_event()
    responses = [
        ada.get(event),
        ada.attend(event),
        ada.http.options(event),
        ada.http.head(event),
        ada.create_event(),
        visitor.get("/"),
        visitor.get("/healthz/"),
        visitor.get("/api/schema/swagger-ui/swagger-ui.css"),
        visitor.get("/v1/events/", headers={"Host": "a b"}),
        visitor.log_in("nobody"),
    ]

    ids = [response.headers["X-Request-ID"] for response in responses]
    assert len(set(map(uuid.UUID, ids))) == len(responses)


def test_each_request_is_logged_as_one_json_line_without_secrets(root, settings, tmp_path):
    log = tmp_path / "log"
    with (
        log.open("w") as stderr,
        running_cli(root, "serve", stderr=stderr, MAIL_DIR=str(tmp_path), **settings) as (
            _,
            base_url,
        ),
        httpx.Client(base_url=base_url) as client,
    ):
        client.post("/v1/profile/signup/", json=ACCOUNT)
        tokens = client.post("/v1/profile/token/", json=ACCOUNT).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        published = client.post("/v1/events/", json=an_event_body(title="A secret tea"))
        response = client.get(published.headers["Location"], headers={"X-Request-ID": "tea-1"})
        feed = client.post("/v1/profile/calendar/").json()["url"]
        client.get(feed)
        created = client.post("/v1/webhooks/", json={"url": "https://hooks.example.org/"})
        webhook = created.headers["Location"]
        rotated = client.post(f"{webhook}rotate-secret/")
        client.get("/v1/events/", params={"search": "whispered", "limit": "0"})
        send_raw(base_url, b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n")
        profile = client.get("/v1/profile/").json()

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert not [line for line in lines if line.get("logger") == "turnout.mail"]
    requests = [line for line in lines if line["event"] == "request"]
    # A line is written after its response was sent, so the order may differ.
    assert Counter((line["method"], line["route"], line["status"]) for line in requests) == Counter(
        [
            ("POST", "/v1/profile/signup/", 201),
            ("POST", "/v1/profile/token/", 200),
            ("POST", "/v1/events/", 201),
            ("GET", "/v1/events/{event_id}/", 200),
            ("POST", "/v1/profile/calendar/", 201),
            ("GET", "/v1/calendars/{secret}.ics", 200),
            ("POST", "/v1/webhooks/", 201),
            ("POST", "/v1/webhooks/{webhook_id}/rotate-secret/", 200),
            ("GET", "/v1/events/", 422),
            (None, None, 400),
            ("GET", "/v1/profile/", 200),
        ]
    )
    [request] = [line for line in requests if line["request_id"] == "tea-1"]
    assert response.headers["X-Request-ID"] == "tea-1"
    assert request["route"] == "/v1/events/{event_id}/"
    assert request["user_id"] == profile["id"]
    assert request["duration_ms"] > 0
    assert "is_complete" not in request
    assert [line["code"] for line in requests if line["status"] == 422] == ["validation_failed"]
    [audit_record] = [line for line in lines if line["event"] == "logged_in"]
    [login] = [line for line in requests if line["route"] == "/v1/profile/token/"]
    assert audit_record["request_id"] == login["request_id"]
    webhook_secrets = [each.json()["secret"].removeprefix("whsec_") for each in (created, rotated)]
    secrets = (
        *(PASSWORD, "whispered", "secret tea", feed.rpartition("/")[2]),
        *(*tokens.values(), *webhook_secrets),
    )
    assert not [secret for secret in map(str, secrets) if secret in log.read_text()]


def test_the_log_is_human_readable_on_a_terminal(root, settings):
    test_side, terminal_side = pty.openpty()
    with (
        os.fdopen(test_side, "rb", buffering=0) as terminal,
        running_cli(root, "serve", stderr=terminal_side, **settings) as (_, base_url),
    ):
        os.close(terminal_side)
        httpx.get(f"{base_url}/healthz")
        requests = ""
        while "/healthz/" not in requests:
            requests += terminal.read(4096).decode()

    assert "{" not in requests


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "LOUD"), ("LOG_FORMAT", "xml")])
def test_an_invalid_log_setting_stops_the_start_with_one_line(root, settings, name, value):
    start = run_cli(root, "serve", **settings, **{name: value})

    assert start.stderr.startswith(f"turnout: {name}: Must be one of: ")
    assert start.stderr.count("\n") == 1


def test_a_higher_log_level_omits_requests(root, settings, tmp_path):
    log = tmp_path / "log"
    with (
        log.open("w") as stderr,
        running_cli(root, "serve", stderr=stderr, LOG_LEVEL="WARNING", **settings) as (_, base_url),
    ):
        httpx.get(f"{base_url}/healthz")

    assert log.read_text() == ""


def test_gunicorn_logs_in_the_same_format(root, settings, tmp_path):
    log = tmp_path / "log"
    with (
        log.open("w") as stderr,
        running_cli(root, "serve", stderr=stderr, **settings) as (process, _),
    ):
        wait_until(psutil.Process(process.pid).children, "there is a worker")
        [worker, *_] = psutil.Process(process.pid).children()
        worker.kill()
        wait_until(lambda: log.read_text().count("\n") == 2, "two lines are logged")

    start, line = map(json.loads, log.read_text().splitlines())
    assert (start["logger"], start["level"]) == ("turnout.mail", "info")
    assert start["event"].startswith("Mail is disabled: ")
    assert (line["logger"], line["level"]) == ("gunicorn.error", "error")
    assert str(worker.pid) in line["event"]
