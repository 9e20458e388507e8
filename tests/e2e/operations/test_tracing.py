"""Traces that the service sends to a collector."""

import signal
from collections import Counter

import httpx
import psutil
import pytest

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.operations.otlp_receiver import a_receiver
from tests.postgres import a_database
from tests.processes import free_port, run_cli, running_cli

ACCOUNT = {"username": "ada-lovelace", "password": PASSWORD}
FAST_EXPORT = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def settings(postgres):
    with a_database(postgres) as url:
        yield {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }


@pytest.fixture(scope="module")
def traced(root, settings):
    """The receiver after some requests, and the secrets that it must not contain."""
    with a_receiver() as receiver:
        options = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_SERVICE_NAME": "tea"}
        with (
            running_cli(root, "serve", **options, **settings) as (_, base_url),
            httpx.Client(base_url=base_url) as client,
        ):
            client.post("/v1/profile/signup/", json=ACCOUNT)
            tokens = client.post("/v1/profile/token/", json=ACCOUNT).json()
            client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
            body = an_event_body(title="A secret tea")
            event = client.post("/v1/events/", json=body).headers["Location"]
            client.get(event, headers={"X-Request-ID": "tea-1", "Cookie": "a=whispered"})
            feed = client.post("/v1/profile/calendar/").json()["url"]
            client.get(feed)
            client.get("/v1/events/", params={"search": "whispered", "limit": "0"})
            client.get("/whispered/")
            client.request("WHISPER", "/v1/events/")
            for flags in ("01", "00"):  # sampled and not sampled by the client
                client.get("/healthz", headers={"traceparent": f"00-{TRACE}-{PARENT}-{flags}"})
            client.post(
                "/v1/profile/token/revoke/", json={"refresh_token": tokens["refresh_token"]}
            )
            client.get(event)  # an error in PostgreSQL: the session has ended
        # The workers have sent their remaining spans when they ended.
        inputs = ("whisper", "secret tea", *ACCOUNT.values())
        secrets = (*inputs, feed.rpartition("/")[2], *tokens.values())
        yield receiver, [str(each).lower().encode() for each in secrets]


def requests_of(receiver):
    return [each for each in receiver.spans() if each[0].kind == each[0].SPAN_KIND_SERVER]


def test_each_request_is_a_span_named_after_its_route(traced):
    receiver, _ = traced
    names = [span.name for span, _, _ in requests_of(receiver)]

    assert receiver.paths == {"/v1/traces"}
    assert Counter(names) == Counter(
        [
            "POST /v1/profile/signup/",
            "POST /v1/profile/token/",
            "POST /v1/profile/token/revoke/",
            "POST /v1/events/",
            *("GET /v1/events/{event_id}/", "GET /v1/events/{event_id}/"),
            "POST /v1/profile/calendar/",
            "GET /v1/calendars/{secret}.ics",
            "GET /v1/events/",
            "GET",
            "_OTHER",
            "GET /healthz/",
        ]
    )


def test_a_request_span_has_the_attributes_of_the_log(traced):
    [(_, attributes, resource)] = [
        each for each in requests_of(traced[0]) if "tea-1" in each[1].values()
    ]

    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/events/{event_id}/",
        "http.response.status_code": 200,
        "turnout.request_id": "tea-1",
    }
    assert resource["service.name"] == "tea"


def test_a_database_round_trip_is_a_child_span(traced):
    receiver, _ = traced
    [(attributes, _, _)] = [each for each in requests_of(receiver) if "tea-1" in each[1].values()]
    inner = [each for each in receiver.spans() if each[0].parent_span_id == attributes.span_id]

    assert [span.name for span, _, _ in inner] == [
        "SELECT"
    ]  # the session check and the event, in one round trip
    assert [span.kind for span, _, _ in inner] == [attributes.SPAN_KIND_CLIENT]
    assert inner[0][1] == {"db.system.name": "postgresql", "db.operation.name": "SELECT"}
    failed = [each for _, each, _ in receiver.spans() if each.get("error.type") == "TO001"]
    assert [each["db.operation.name"] for each in failed] == ["SELECT"]


def test_spans_contain_no_secrets(traced):
    receiver, secrets = traced
    bodies = b"".join(receiver.bodies).lower()

    assert b"/v1/calendars/{secret}.ics" in bodies
    assert [secret for secret in secrets if secret in bodies] == []


def test_the_trace_of_the_client_is_continued(traced):
    [span] = [span for span, _, _ in requests_of(traced[0]) if span.name == "GET /healthz/"]

    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)


def test_a_replacement_worker_sends_spans(root, settings):
    with (
        a_receiver() as receiver,
        running_cli(
            root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, **FAST_EXPORT, **settings
        ) as (process, base_url),
    ):
        workers = psutil.Process(process.pid).children()
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        wait_until(
            lambda: set(psutil.Process(process.pid).children()).isdisjoint(workers),
            "the workers are replaced",
        )
        assert httpx.get(f"{base_url}/healthz").status_code == 200
        wait_until(lambda: any(receiver.spans()), "its span is received")


def test_the_service_works_and_stops_without_a_collector(root, settings):
    no_collector = f"http://127.0.0.1:{free_port()}"
    with running_cli(
        root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=no_collector, **FAST_EXPORT, **settings
    ) as (
        process,
        base_url,
    ):
        assert {httpx.get(f"{base_url}/readyz").status_code for _ in range(20)} == {200}

    assert process.returncode == 0


def test_an_invalid_endpoint_stops_the_start_with_one_line(root, settings):
    start = run_cli(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318", **settings)

    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL like http://localhost:4318.\n"
    )


def test_missing_packages_stop_the_start_only_if_tracing_is_on(root, settings, tmp_path):
    # Python imports sitecustomize before anything else.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in ('opentelemetry', 'google'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    missing = {"PYTHONPATH": str(tmp_path), **settings}

    start = run_cli(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT="http://localhost:4318", **missing)
    without = run_cli(root, "export-openapi", str(tmp_path / "openapi.json"), **missing)

    assert (without.returncode, without.stderr) == (0, "")
    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: needs the packages of the extra `tracing`.\n"
    )
