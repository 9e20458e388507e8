"""The service without a proxy, among clients that never end what they begin."""

import json
import signal
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.e2e.processes import started
from tests.e2e.slow_clients import (
    BODY,
    CHUNKS,
    EXPECT,
    HEAD,
    KINDS,
    LENGTH,
    OPEN_END,
    PROMISED_S,
    connected,
    rest_of,
    seconds_beside_slow_clients,
    seconds_of_a_healthy_request,
)
from tests.resilience.crowd import wait_until

# No request here needs the database.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
}
IMPATIENT = {"WEB_HEAD_TIMEOUT": "1", "WEB_BODY_TIMEOUT": "1", "WEB_SEND_TIMEOUT": "1"}
# What an impatient service is sent, and no more.
BEGUN = {"head": HEAD, "body": BODY + LENGTH, "chunks": BODY + CHUNKS, "nothing": b""}
ALIVE = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def base_url(root):
    with started(root, "serve", **SETTINGS) as (_, base_url):
        yield base_url


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_hold_up_nobody(base_url, kind):
    assert seconds_beside_slow_clients(base_url, kind) < PROMISED_S


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("impatient") / "log"


@pytest.fixture(scope="module")
def impatient(root, log):
    with (
        log.open("w") as stderr,
        started(root, "serve", stderr=stderr, **SETTINGS, **IMPATIENT) as (_, base_url),
    ):
        yield base_url


@pytest.fixture(scope="module")
def heard(impatient):
    """All that each of these is told, until it is left."""
    with ExitStack() as clients:
        connections = {name: clients.enter_context(connected(impatient)) for name in BEGUN}
        for name, connection in connections.items():
            connection.sendall(BEGUN[name])
        return {name: rest_of(connection) for name, connection in connections.items()}


@pytest.mark.parametrize("begun", ["head", "body", "chunks"])
def test_a_request_that_is_not_there_in_time_is_a_408(heard, begun, log):
    head, _, body = heard[begun].partition(b"\r\n\r\n")

    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n")
    assert b"\r\nContent-Type: application/problem+json\r\n" in head
    assert problem["code"] == "request_timeout"
    wait_until(lambda: problem["request_id"] in log.read_text(), "it is logged")
    [line] = [each for each in log.read_text().splitlines() if problem["request_id"] in each]
    assert json.loads(line)["status"] == 408


def test_a_client_that_says_nothing_is_left_without_a_word(heard):
    assert heard["nothing"] == b""


def test_a_client_that_does_not_read_is_left(impatient):
    ask = b"GET /api/schema/swagger-ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(impatient) as connection:
        connection.sendall(ask * 10)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            wait_until(lambda: connection.sendall(b"\r\n"), "it is closed")


@pytest.mark.parametrize("before", [b"", ALIVE], ids=["alone", "behind another"])
def test_a_client_is_told_to_go_on_once_and_answered(base_url, before):
    told = b"HTTP/1.1 100 Continue\r\n\r\n"
    with connected(base_url) as connection:
        connection.sendall(before + BODY + b"Connection: close\r\n" + EXPECT)
        heard = b""
        while not heard.endswith(told):
            heard += connection.recv(1)
        connection.sendall(b"[]".ljust(1000))
        answer = rest_of(connection)

    assert heard.count(b"HTTP/1.1 ") == 1 + bool(before)
    assert answer.startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize("pause_after", [1, 30, 60])
def test_requests_that_come_together_are_answered_in_their_order(base_url, pause_after):
    asked = b"".join(
        b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nX-Request-ID: %d\r\n%s\r\n"
        % (number, b"Connection: close\r\n" if number == 20 else b"")
        for number in range(1, 21)
    )
    with connected(base_url) as connection:
        connection.sendall(asked[:-pause_after])
        connection.recv(1)
        connection.sendall(asked[-pause_after:])
        answer = rest_of(connection)

    ids = [line for line in answer.split(b"\r\n") if line.startswith(b"X-Request-ID: ")]
    assert ids == [b"X-Request-ID: %d" % number for number in range(1, 21)]


def test_what_is_half_there_when_the_service_is_told_to_stop_is_answered(root):
    with (
        started(root, "serve", **SETTINGS) as (process, base_url),
        connected(base_url) as half,
        connected(base_url) as silent,
    ):
        half.sendall(OPEN_END[:20])
        seconds_of_a_healthy_request(base_url)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_listening(base_url), "it takes in nobody else")
        half.sendall(OPEN_END[20:])

        assert rest_of(half).startswith(b"HTTP/1.1 200 ")
        assert rest_of(silent) == b""
        assert process.wait(timeout=60) == 0


def is_listening(base_url):
    address = urlsplit(base_url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0
