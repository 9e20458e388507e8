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

ACCOUNT = {"username": "ada", "password": PASSWORD}
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def settings(postgres):
    with a_database(postgres) as url:
        yield {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "JWT_SECRET_KEY": "k" * 32,
        }


def test_each_request_is_a_span_that_tells_no_secret(root, settings):
    with a_receiver() as receiver:
        with (
            started(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, **settings) as (
                _,
                base_url,
            ),
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
        # What the workers had not sent yet is sent when they end.
        spans = list(receiver.spans())

    requests = [each for each in spans if each[0].kind == each[0].SPAN_KIND_SERVER]
    assert Counter(span.name for span, _, _ in requests) == Counter(
        [
            "POST /v1/profile/signup/",
            "POST /v1/profile/token/",
            "POST /v1/events/",
            "GET /v1/events/{event_id}/",
            "POST /v1/profile/calendar/",
            "GET /v1/calendars/{secret}.ics",
            "GET /v1/events/",
            "GET",
            "_OTHER",
        ]
    )
    [(_, seen, resource)] = [each for each in requests if "tea-1" in each[1].values()]
    assert seen == {
        "http.request.method": "GET",
        "http.route": "/v1/events/{event_id}/",
        "http.response.status_code": 200,
        "turnout.request_id": "tea-1",
    }
    assert resource["service.name"] == "turnout"
    assert receiver.paths == {"/v1/traces"}
    sent = b"".join(receiver.bodies).lower()
    secrets = ("whisper", "secret tea", feed.rpartition("/")[2], PASSWORD, *tokens.values())
    assert not [secret for secret in map(str, secrets) if secret.lower().encode() in sent]


def test_a_client_that_is_in_a_trace_finds_the_request_in_it(root, settings):
    with a_receiver() as receiver:
        options = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_SERVICE_NAME": "tea"}
        with started(root, "serve", **options, **SOON, **settings) as (_, base_url):
            for flags in ("01", "00"):  # sampled there, and not
                traceparent = f"00-{TRACE}-{PARENT}-{flags}"
                httpx.get(f"{base_url}/healthz", headers={"traceparent": traceparent})
        [(span, _, resource)] = receiver.spans()

    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert resource["service.name"] == "tea"


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


@pytest.mark.parametrize("endpoint", ["collector:4318", "grpc://collector:4317", "http://"])
def test_an_endpoint_that_is_none_ends_the_start_with_one_line(root, settings, endpoint):
    start = finished(root, "serve", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **settings)

    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: is not a URL like http://localhost:4318.\n"
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
    with started(root, "serve", **missing) as (_, base_url):
        assert httpx.get(f"{base_url}/readyz").status_code == 200

    assert start.stderr == (
        "turnout: OTEL_EXPORTER_OTLP_ENDPOINT: needs the packages of the extra `tracing`.\n"
    )
