"""Metrics, aggregated over the workers and served on a separate port."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD
from tests.e2e.http.test_raw_http import send_raw
from tests.e2e.operations.metrics import Metrics
from tests.postgres import a_database
from tests.processes import free_port, run_cli
from tests.sample_data import SampleData
from tests.service import a_service

REQUESTS = "turnout_http_request_duration_seconds_count"
IN_FLIGHT = "turnout_http_requests_in_flight"
IN_USE = "turnout_database_connections_in_use"
UNREACHABLE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "JWT_SECRET_KEY": "k" * 32}
ATTEND = "/v1/events/{event_id}/attend/"


@pytest.fixture(scope="module")
def sample_data(postgres):
    with a_database(postgres) as url:
        sample_data = SampleData(
            url.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        yield sample_data
        sample_data.close()


@contextmanager
def a_service_with_metrics(sample_data, **settings):
    port = str(free_port())
    # Long enough for the test to see requests that wait for a lock, on a busy machine too.
    settings |= {"DATABASE_LOCK_TIMEOUT": "25", "DATABASE_STATEMENT_TIMEOUT": "25"}
    with a_service(
        sample_data.database_url, METRICS_PORT=port, WEB_WORKERS="2", **settings
    ) as service:
        yield service, Metrics(port)


@pytest.fixture(scope="module")
def service_and_metrics(sample_data):
    with a_service_with_metrics(sample_data) as (service, metrics):
        yield service, metrics


def send(service, user, method, path, **options):
    """Use a new connection, which any worker may accept."""
    headers = {"Authorization": f"Bearer {user.access_token}"} if user else {}
    url = f"{service.base_url}{path}"
    return httpx.request(method, url, headers=headers, timeout=30, **options)


def test_metrics_are_summed_over_two_workers(sample_data, tmp_path):
    creator, blocked = sample_data.create_users(2)
    event = sample_data.create_event(creator)
    detail = f"/v1/events/{event}/"
    statuses = []
    settings = {"WEB_THREADS": "1", "DATABASE_LOCK_TIMEOUT": "20", "TMPDIR": str(tmp_path)}

    def both_have_served():
        statuses.append(send(service, creator, "GET", detail).status_code)
        return len(list(tmp_path.glob("turnout-prometheus-*/histogram_*.db"))) == 2

    with (
        a_service_with_metrics(sample_data, **settings) as (service, metrics),
        ThreadPoolExecutor(1) as threads,
    ):
        with sample_data.lock_event(event):
            attending = threads.submit(send, service, blocked, "POST", f"{detail}attend/")
            wait_until(lambda: sample_data.count_lock_waits() == 1, "one worker is busy")
            assert metrics.wait_for_value(1, IN_FLIGHT)
            assert metrics.wait_for_value(1, IN_USE)
        assert attending.result().status_code == 204
        # A worker creates its histogram file when it has served a request.
        wait_until(both_have_served, "both workers have served a request")

        assert set(statuses) == {200}
        assert metrics.wait_for_value(1, REQUESTS, method="POST", route=ATTEND, status="204")
        assert metrics.wait_for_value(
            len(statuses), REQUESTS, route="/v1/events/{event_id}/", status="200"
        )
        assert metrics.wait_for_value(0, IN_FLIGHT)
        assert metrics.wait_for_value(0, IN_USE)
        assert metrics.value("turnout_workers") == 2
        assert metrics.value("turnout_database_connections_max") == 2
    assert list(tmp_path.glob("*turnout*")) == []


def test_only_seat_changes_are_counted(sample_data, service_and_metrics):
    service, metrics = service_and_metrics
    creator, ada, grace = sample_data.create_users(3)
    event = f"/v1/events/{sample_data.create_event(creator, capacity=1)}"
    requests = [(ada, "attend", 204), (ada, "attend", 204), (grace, "attend", 409)]
    requests += [(ada, "cancel", 204), (ada, "cancel", 204), (grace, "attend", 204)]

    with (
        metrics.increases(2, "turnout_seats_taken_total"),
        metrics.increases(1, "turnout_seats_given_back_total"),
        metrics.increases(1, "turnout_problems_total", code="capacity_exhausted"),
    ):
        for user, verb, status in requests:
            assert send(service, user, "POST", f"{event}/{verb}/").status_code == status


def test_logins_are_counted_by_outcome(service_and_metrics):
    service, metrics = service_and_metrics
    outcomes = [each.labels["outcome"] for each in metrics.samples() if "logins" in each.name]
    assert sorted(outcomes) == ["failed", "succeeded"]  # exported as 0 before the first login
    account = {"username": "ada", "password": PASSWORD}
    send(service, None, "POST", "/v1/profile/signup/", json=account)

    with (
        metrics.increases(1, "turnout_logins_total", outcome="succeeded"),
        metrics.increases(2, "turnout_logins_total", outcome="failed"),
    ):
        for changes in ({}, {"password": "wrong password"}, {"username": "nobody"}):
            send(service, None, "POST", "/v1/profile/token/", json=account | changes)


def test_requests_cannot_add_series_or_reveal_secrets(service_and_metrics):
    service, metrics = service_and_metrics
    paths = ["/whispered-{}/", "/v1/calendars/{:043}.ics"]

    with (
        metrics.increases(9, REQUESTS, method="GET", route="unmatched", status="404"),
        metrics.increases(9, REQUESTS, method="other", route="unmatched", status="405"),
        metrics.increases(9, REQUESTS, route="/v1/calendars/{secret}.ics", status="404"),
        metrics.increases(1, REQUESTS, status="400"),
        metrics.increases(1, "turnout_problems_total", code="bad_request"),
    ):
        for number in range(9):
            send(service, None, f"WHISPER{number}", "/v1/events/")
            for path in paths:
                send(service, None, "GET", path.format(number))
        # rejected by gunicorn itself
        send_raw(service.base_url, b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n")

    text = metrics.text().lower()
    assert "whisper" not in text
    assert f"{7:043}" not in text


def test_metrics_are_read_only(service_and_metrics):
    _, metrics = service_and_metrics

    for method in ("POST", "PUT", "DELETE", "TRACE"):
        response = httpx.request(method, metrics.url)
        assert response.status_code == 405
        assert "turnout_" not in response.text


def test_killed_workers_keep_their_counts_and_reset_their_gauges(sample_data, service_and_metrics):
    service, metrics = service_and_metrics
    creator, blocked = sample_data.create_users(2)
    event = sample_data.create_event(creator)
    with metrics.increases(5, REQUESTS):
        for _ in range(5):
            send(service, creator, "GET", f"/v1/events/{event}/")
    with ThreadPoolExecutor(1) as threads, metrics.increases(0, REQUESTS):
        with sample_data.lock_event(event):
            threads.submit(send, service, blocked, "POST", f"/v1/events/{event}/attend/")
            wait_until(lambda: sample_data.count_lock_waits() == 1, "a request waits for the lock")
            assert metrics.wait_for_value(1, IN_FLIGHT)
            assert metrics.wait_for_value(1, IN_USE)
            killed = service.workers()
            for worker in killed:
                worker.send_signal(signal.SIGKILL)
            wait_until(
                lambda: set(service.workers()).isdisjoint(killed), "the workers are replaced"
            )

        assert metrics.wait_for_value(0, IN_FLIGHT)
        assert metrics.wait_for_value(0, IN_USE)
        assert metrics.wait_for_value(2, "turnout_workers")
    with metrics.increases(1, REQUESTS):
        send(service, creator, "GET", f"/v1/events/{event}/")


def test_counts_continue_after_a_reload(service_and_metrics):
    service, metrics = service_and_metrics
    old = service.workers()
    with metrics.increases(9, REQUESTS, route="/healthz/"):
        send(service, None, "GET", "/healthz/")
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not psutil.wait_procs(old, timeout=0)[1], "the old workers have ended")
        metrics.wait_for_value(2, "turnout_workers")
        for _ in range(8):
            send(service, None, "GET", "/healthz/")


def test_a_metrics_port_in_use_stops_the_start_with_one_line(root):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        start = run_cli(root, "serve", METRICS_PORT=port, **UNREACHABLE)

    assert start.stderr == (
        f"turnout: METRICS_HOST, METRICS_PORT: 127.0.0.1:{port} can't be used "
        "(Address already in use).\n"
    )


def test_without_a_port_there_are_no_metrics(service_url):
    port = int(service_url.rpartition(":")[2])
    listening = [
        each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN
    ]
    processes = {each.pid for each in listening if each.laddr.port == port}

    assert httpx.get(f"{service_url}/metrics").status_code == 404
    assert processes
    assert {each.laddr.port for each in listening if each.pid in processes} == {port}
    for pid in processes:
        files = {each.path for each in psutil.Process(pid).memory_maps()}
        assert not [path for path in files if "turnout-prometheus" in path]
