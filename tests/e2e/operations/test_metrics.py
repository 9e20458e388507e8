"""What the workers count together, told on a port of its own."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.concurrency import wait_until
from tests.e2e.client import PASSWORD
from tests.e2e.http.test_raw_http import raw
from tests.e2e.operations.metrics import Metrics
from tests.postgres import a_database
from tests.processes import free_port, run_cli
from tests.sample_data import SampleData
from tests.service import a_service

REQUESTS = "turnout_http_request_duration_seconds_count"
IN_FLIGHT = "turnout_http_requests_in_flight"
IN_USE = "turnout_database_connections_in_use"
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "JWT_SECRET_KEY": "k" * 32}
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
def a_measured_service(sample_data, **settings):
    port = str(free_port())
    # Requests that wait for a lock wait until it was seen, even on a busy machine.
    settings |= {"DATABASE_LOCK_TIMEOUT": "25", "DATABASE_STATEMENT_TIMEOUT": "25"}
    with a_service(
        sample_data.database_url, METRICS_PORT=port, WEB_WORKERS="2", **settings
    ) as service:
        yield service, Metrics(port)


@pytest.fixture(scope="module")
def measured(sample_data):
    with a_measured_service(sample_data) as (service, metrics):
        yield service, metrics


def ask(service, person, method, path, **options):
    """On a connection of its own, which any worker may take."""
    headers = {"Authorization": f"Bearer {person.access_token}"} if person else {}
    url = f"{service.base_url}{path}"
    return httpx.request(method, url, headers=headers, timeout=30, **options)


def test_what_two_workers_did_adds_up(sample_data, tmp_path):
    creator, waiting = sample_data.create_users(2)
    event = sample_data.create_event(creator)
    detail = f"/v1/events/{event}/"
    answers = []
    settings = {"WEB_THREADS": "1", "DATABASE_LOCK_TIMEOUT": "20", "TMPDIR": str(tmp_path)}

    def both_have_served():
        answers.append(ask(service, creator, "GET", detail).status_code)
        return len(list(tmp_path.glob("turnout-prometheus-*/histogram_*.db"))) == 2

    with (
        a_measured_service(sample_data, **settings) as (service, metrics),
        ThreadPoolExecutor(1) as threads,
    ):
        with sample_data.lock_event(event):
            attending = threads.submit(ask, service, waiting, "POST", f"{detail}attend/")
            wait_until(lambda: sample_data.count_lock_waits() == 1, "one worker is busy")
            assert metrics.become(1, IN_FLIGHT)
            assert metrics.become(1, IN_USE)
        assert attending.result().status_code == 204
        # Each worker has a file of durations once it has served a request.
        wait_until(both_have_served, "both have served")

        assert set(answers) == {200}
        assert metrics.become(1, REQUESTS, method="POST", route=ATTEND, status="204")
        assert metrics.become(len(answers), REQUESTS, route="/v1/events/{event_id}/", status="200")
        assert metrics.become(0, IN_FLIGHT)
        assert metrics.become(0, IN_USE)
        assert metrics.value("turnout_workers") == 2
        assert metrics.value("turnout_database_connections_max") == 2
    assert list(tmp_path.glob("*turnout*")) == []


def test_seats_are_counted_when_they_change_hands_and_not_otherwise(sample_data, measured):
    service, metrics = measured
    creator, ada, grace = sample_data.create_users(3)
    event = f"/v1/events/{sample_data.create_event(creator, capacity=1)}"
    asked = [(ada, "attend", 204), (ada, "attend", 204), (grace, "attend", 409)]
    asked += [(ada, "cancel", 204), (ada, "cancel", 204), (grace, "attend", 204)]

    with (
        metrics.rising(2, "turnout_seats_taken_total"),
        metrics.rising(1, "turnout_seats_given_back_total"),
        metrics.rising(1, "turnout_problems_total", code="capacity_exhausted"),
    ):
        for person, verb, status in asked:
            assert ask(service, person, "POST", f"{event}/{verb}/").status_code == status


def test_logins_are_counted_by_their_outcome(measured):
    service, metrics = measured
    outcomes = [each.labels["outcome"] for each in metrics.samples() if "logins" in each.name]
    assert sorted(outcomes) == ["failed", "succeeded"]  # or a first login would be no increase
    account = {"username": "ada", "password": PASSWORD}
    ask(service, None, "POST", "/v1/profile/signup/", json=account)

    with (
        metrics.rising(1, "turnout_logins_total", outcome="succeeded"),
        metrics.rising(2, "turnout_logins_total", outcome="failed"),
    ):
        for changes in ({}, {"password": "wrong password"}, {"username": "nobody"}):
            ask(service, None, "POST", "/v1/profile/token/", json=account | changes)


def test_whatever_is_sent_the_series_are_few_and_tell_no_secret(measured):
    service, metrics = measured
    paths = ["/whispered-{}/", "/v1/calendars/{:043}.ics"]

    with (
        metrics.rising(9, REQUESTS, method="GET", route="unmatched", status="404"),
        metrics.rising(9, REQUESTS, method="other", route="unmatched", status="405"),
        metrics.rising(9, REQUESTS, route="/v1/calendars/{secret}.ics", status="404"),
        metrics.rising(1, REQUESTS, status="400"),
        metrics.rising(1, "turnout_problems_total", code="bad_request"),
    ):
        for number in range(9):
            ask(service, None, f"WHISPER{number}", "/v1/events/")
            for path in paths:
                ask(service, None, "GET", path.format(number))
        # gunicorn itself refuses it
        raw(service.base_url, b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n")

    told = metrics.text().lower()
    assert "whisper" not in told
    assert f"{7:043}" not in told


def test_the_port_can_only_be_read(measured):
    _, metrics = measured

    for method in ("POST", "PUT", "DELETE", "TRACE"):
        answer = httpx.request(method, metrics.url)
        assert answer.status_code == 405
        assert "turnout_" not in answer.text


def test_killed_workers_lose_no_counts_and_leave_nothing_under_way(sample_data, measured):
    service, metrics = measured
    creator, waiting = sample_data.create_users(2)
    event = sample_data.create_event(creator)
    with metrics.rising(5, REQUESTS):
        for _ in range(5):
            ask(service, creator, "GET", f"/v1/events/{event}/")
    with ThreadPoolExecutor(1) as threads, metrics.rising(0, REQUESTS):
        with sample_data.lock_event(event):
            threads.submit(ask, service, waiting, "POST", f"/v1/events/{event}/attend/")
            wait_until(lambda: sample_data.count_lock_waits() == 1, "one waits")
            assert metrics.become(1, IN_FLIGHT)
            assert metrics.become(1, IN_USE)
            dead = service.workers()
            for worker in dead:
                worker.send_signal(signal.SIGKILL)
            wait_until(lambda: set(service.workers()).isdisjoint(dead), "they are replaced")

        assert metrics.become(0, IN_FLIGHT)
        assert metrics.become(0, IN_USE)
        assert metrics.become(2, "turnout_workers")
    with metrics.rising(1, REQUESTS):
        ask(service, creator, "GET", f"/v1/events/{event}/")


def test_workers_that_are_replaced_by_a_reload_are_counted_on(measured):
    service, metrics = measured
    old = service.workers()
    with metrics.rising(9, REQUESTS, route="/healthz/"):
        ask(service, None, "GET", "/healthz/")
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not psutil.wait_procs(old, timeout=0)[1], "they have ended")
        metrics.become(2, "turnout_workers")
        for _ in range(8):
            ask(service, None, "GET", "/healthz/")


def test_a_port_in_use_ends_the_start_with_one_line(root):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        start = run_cli(root, "serve", METRICS_PORT=port, **NOWHERE)

    assert start.stderr == (
        f"turnout: METRICS_HOST, METRICS_PORT: 127.0.0.1:{port} can't be used "
        "(Address already in use).\n"
    )


def test_without_a_port_nothing_is_measured(served):
    port = int(served.rpartition(":")[2])
    listening = [
        each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN
    ]
    processes = {each.pid for each in listening if each.laddr.port == port}

    assert httpx.get(f"{served}/metrics").status_code == 404
    assert processes
    assert {each.laddr.port for each in listening if each.pid in processes} == {port}
    for pid in processes:
        files = {each.path for each in psutil.Process(pid).memory_maps()}
        assert not [path for path in files if "turnout-prometheus" in path]
