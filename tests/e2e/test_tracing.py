"""What is sent to a collector of traces, by the service as it ships."""

import signal
from collections import Counter

import httpx
import psutil
import pytest

from tests.e2e.client import PASSWORD, an_event_body
from tests.e2e.otlp_receiver import a_receiver
from tests.e2e.processes import a_free_port, finished, started
from tests.postgres import a_database
from tests.resilience.crowd import wait_until

ACCOUNT = {"username": "ada-lovelace", "password": PASSWORD}
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def settings(postgres):
    with a_database(postgres) as url:
        yield {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }


@pytest.fixture(scope="module")
def told(root, settings):
    """What is received of some requests, and what none of it may tell."""
    with a_receiver() as receiver:
        options = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_SERVICE_NAME": "tea"}
        with (
            started(root, "serve", **options, **settings) as (_, base_url),
            httpx.Client(base_url=base_url) as client,
        ):
            for _ in range(2):  # PostgreSQL refuses the second name, and says which it is
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
            for flags in ("01", "00"):  # the client's trace is kept, and is not
                client.get("/healthz", headers={"traceparent": f"00-{TRACE}-{PARENT}-{flags}"})
        # What the workers had not sent yet was sent when they ended.
        typed = ("whisper", "secret tea", *ACCOUNT.values())
        secrets = (*typed, feed.rpartition("/")[2], *tokens.values())
        yield receiver, [str(each).lower().encode() for each in secrets]


def requests_of(receiver):
    return [each for each in receiver.spans() if each[0].kind == each[0].SPAN_KIND_SERVER]


def test_each_request_is_a_span_named_for_its_route(told):
    receiver, _ = told
    names = [span.name for span, _, _ in requests_of(receiver)]

    assert receiver.paths == {"/v1/traces"}
    assert Counter(names) == Counter(
        [
            *("POST /v1/profile/signup/", "POST /v1/profile/signup/"),
            "POST /v1/profile/token/",
            "POST /v1/events/",
            "GET /v1/events/{event_id}/",
            "POST /v1/profile/calendar/",
            "GET /v1/calendars/{secret}.ics",
            "GET /v1/events/",
            "GET",
            "_OTHER",
            "GET /healthz/",
        ]
    )


def test_a_span_has_what_the_line_of_the_log_has(told):
    [(_, seen, resource)] = [each for each in requests_of(told[0]) if "tea-1" in each[1].values()]

    assert seen == {
        "http.request.method": "GET",
        "http.route": "/v1/events/{event_id}/",
        "http.response.status_code": 200,
        "turnout.request_id": "tea-1",
    }
    assert resource["service.name"] == "tea"


def test_a_round_trip_to_the_database_is_a_span_of_its_request(told):
    receiver, _ = told
    [(seen, _, _)] = [each for each in requests_of(receiver) if "tea-1" in each[1].values()]
    inner = [each for each in receiver.spans() if each[0].parent_span_id == seen.span_id]

    assert [span.name for span, _, _ in inner] == [
        "SELECT"
    ]  # the session and the event, in one message
    assert [span.kind for span, _, _ in inner] == [seen.SPAN_KIND_CLIENT]
    assert inner[0][1] == {"db.system.name": "postgresql", "db.operation.name": "SELECT"}
    failed = [each for _, each, _ in receiver.spans() if each.get("error.type") == "23505"]
    assert [each["db.operation.name"] for each in failed] == ["INSERT"]


def test_no_span_tells_a_secret(told):
    receiver, secrets = told
    sent = b"".join(receiver.bodies).lower()

    assert b"/v1/calendars/{secret}.ics" in sent
    assert [secret for secret in secrets if secret in sent] == []


def test_a_client_that_is_in_a_trace_finds_the_request_in_it(told):
    [span] = [span for span, _, _ in requests_of(told[0]) if span.name == "GET /healthz/"]

    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)


def test_a_worker_that_replaces_a_killed_one_sends_spans(root, settings):
    with (
        a_receiver() as receiver,
        started(
            root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, **SOON, **settings
        ) as (process, base_url),
    ):
        workers = psutil.Process(process.pid).children()
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        wait_until(
            lambda: set(psutil.Process(process.pid).children()).isdisjoint(workers),
            "they are replaced",
        )
        assert httpx.get(f"{base_url}/healthz").status_code == 200
        wait_until(lambda: any(receiver.spans()), "its span has come")


def test_where_nobody_takes_the_spans_requests_are_answered_and_the_service_ends(root, settings):
    nobody = f"http://127.0.0.1:{a_free_port()}"
    with started(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=nobody, **SOON, **settings) as (
        process,
        base_url,
    ):
        assert {httpx.get(f"{base_url}/readyz").status_code for _ in range(20)} == {200}

    assert process.returncode == 0


def test_an_endpoint_that_is_none_ends_the_start_with_one_line(root, settings):
    start = finished(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318", **settings)

    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL like http://localhost:4318.\n"
    )


def test_without_the_packages_the_start_ends_with_one_line_and_else_goes_on(
    root, settings, tmp_path
):
    # Python imports it by itself, before anything else.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in ('opentelemetry', 'google'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    missing = {"PYTHONPATH": str(tmp_path), **settings}

    start = finished(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT="http://localhost:4318", **missing)
    without = finished(root, "export-openapi", str(tmp_path / "openapi.json"), **missing)

    assert (without.returncode, without.stderr) == (0, "")
    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: needs the packages of the extra `tracing`.\n"
    )
