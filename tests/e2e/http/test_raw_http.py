"""What gunicorn makes of bytes that are barely HTTP, or none."""

import json
import socket

import httpx
import pytest

from tests.e2e.http.slow_clients import BODY, EXPECT, KEEP_ALIVE, connect, read_all

MIB = 1024 * 1024

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("excess", "status"), [(0, 401), (1, 413)])
def test_gunicorn_refuses_long_bodies_and_cuts_none(served, is_chunked, excess, status):
    body = b'{"username": "ada", "password": "wrong"}'.ljust(MIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = httpx.post(f"{served}/v1/profile/token/", content=content, headers=JSON)

    assert response.status_code == status


def raw(base_url, request):
    """What a socket answers to these bytes."""
    host, port = base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        b"Content-Length: 100\r\n\r\n{}",
    ],
    ids=["chunk size", "negative chunk", "chunk without end", "cut short"],
)
def test_a_body_that_breaks_off_is_a_400(served, rest):
    head = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    answer = raw(served, head + rest)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_request_without_host_is_a_400(served):
    assert raw(served, b"GET /v1/events/ HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(served, b"GET /v1/events/ HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 401 ")


def test_a_connection_outlives_refusals_of_large_bodies(served):
    with httpx.Client(base_url=served) as client:
        for _ in range(20):
            response = client.post("/v1/events/", content=b" " * 300_000, headers=JSON)
            assert response.status_code == 401


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /v1/events/?x=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * 150 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: nothing\r\n\r\n", 417),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value[:50]) if isinstance(value, bytes) else None,
)
def test_what_is_no_http_is_a_problem_too(served, request_head, status):
    head, _, body = raw(served, request_head).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in head
    assert b"\r\nCache-Control: no-store\r\n" in head
    assert json.loads(body)["status"] == status


def test_headers_do_not_say_where_the_application_lies(served):
    response = httpx.get(f"{served}/v1/profile/", headers={"SCRIPT_NAME": "/foo"})

    assert response.status_code == 401


@pytest.mark.parametrize("before", [b"", KEEP_ALIVE], ids=["alone", "behind another"])
def test_a_client_is_told_to_go_on_once_and_answered(served, before):
    told = b"HTTP/1.1 100 Continue\r\n\r\n"
    with connect(served) as connection:
        connection.sendall(before + BODY + b"Connection: close\r\n" + EXPECT)
        heard = b""
        while not heard.endswith(told):
            heard += connection.recv(1)
        connection.sendall(b"[]".ljust(1000))
        answer = read_all(connection)

    assert heard.count(b"HTTP/1.1 ") == 1 + bool(before)
    assert answer.startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize("pause_after", [1, 30, 60])
def test_requests_that_come_together_are_answered_in_their_order(served, pause_after):
    asked = b"".join(
        b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nX-Request-ID: %d\r\n%s\r\n"
        % (number, b"Connection: close\r\n" if number == 20 else b"")
        for number in range(1, 21)
    )
    with connect(served) as connection:
        connection.sendall(asked[:-pause_after])
        connection.recv(1)
        connection.sendall(asked[-pause_after:])
        answer = read_all(connection)

    ids = [line for line in answer.split(b"\r\n") if line.startswith(b"X-Request-ID: ")]
    assert ids == [b"X-Request-ID: %d" % number for number in range(1, 21)]
