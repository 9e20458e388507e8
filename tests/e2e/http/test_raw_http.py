"""gunicorn's handling of malformed HTTP."""

import json
import socket
from secrets import token_hex

import httpx
import pytest

from adapters.http.responses.security_headers import SECURITY_HEADERS
from tests.e2e.http.slow_clients import BODY, EXPECT, KEEP_ALIVE, connect, read_all

KIB = 1024

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("excess", "status"), [(0, 401), (1, 413)])
def test_a_body_that_is_too_long_returns_413(service_url, is_chunked, excess, status):
    body = b'{"username": "ada", "password": "wrong"}'.ljust(16 * KIB + excess)
    content = iter([body[:1000], body[1000:]]) if is_chunked else body

    response = httpx.post(f"{service_url}/v1/profile/token/", content=content, headers=JSON)

    assert response.status_code == status


def send_raw(base_url, request):
    """Send these bytes on a new connection and return the response."""
    host, port = base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "tail",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        b"Content-Length: 100\r\n\r\n{}",
    ],
    ids=["chunk size", "negative chunk", "chunk without end", "cut short"],
)
def test_a_malformed_body_returns_400(service_url, tail):
    head = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    response = send_raw(service_url, head + tail)

    assert response.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in response


def test_a_request_without_host_returns_400(service_url):
    assert send_raw(service_url, b"GET /v1/events/ HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert send_raw(service_url, b"GET /v1/events/ HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 401 ")


def test_a_connection_survives_rejected_large_bodies(service_url):
    with httpx.Client(base_url=service_url) as client:
        for _ in range(20):
            response = client.post("/v1/events/", content=b" " * 200_000, headers=JSON)
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
def test_malformed_http_returns_a_problem(service_url, request_head, status):
    head, _, body = send_raw(service_url, request_head).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    for name, value in SECURITY_HEADERS.items():
        assert f"\r\n{name}: {value}\r\n".encode() in head
    assert b"\r\nCache-Control: no-store\r\n" in head
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize("text", ["caf%E9", "%ED%A0%80", "%C3", "%ff"])
@pytest.mark.parametrize("path", ["/{}", "/v1/events/{}/", "/v1/calendars/{}.ics"])
def test_a_path_that_is_not_utf_8_is_malformed(service_url, path, text):
    response = httpx.get(service_url + path.format(text))

    assert response.status_code == 400
    assert response.json()["detail"] == "The path is not UTF-8."


def test_a_script_name_header_is_ignored(service_url):
    response = httpx.get(f"{service_url}/v1/profile/", headers={"SCRIPT_NAME": "/foo"})

    assert response.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Protocol": "ssl"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "for=192.0.2.1;proto=https;host=evil.example"},
    ],
    ids=str,
)
def test_without_trusted_proxies_no_header_changes_urls(service_url, headers):
    account = {"username": f"ada-{token_hex(4)}", "password": "correct horse battery"}
    httpx.post(f"{service_url}/v1/profile/signup/", json=account)
    tokens = httpx.post(f"{service_url}/v1/profile/token/", json=account).json()
    headers |= {"Authorization": f"Bearer {tokens['access_token']}"}

    response = httpx.post(f"{service_url}/v1/profile/calendar/", headers=headers)

    assert response.json()["url"].startswith(f"{service_url}/v1/calendars/")


@pytest.mark.parametrize("first_request", [b"", KEEP_ALIVE], ids=["alone", "behind another"])
def test_expect_100_continue_is_answered_once(service_url, first_request):
    continue_line = b"HTTP/1.1 100 Continue\r\n\r\n"
    with connect(service_url) as connection:
        connection.sendall(first_request + BODY + b"Connection: close\r\n" + EXPECT)
        interim = b""
        while not interim.endswith(continue_line):
            interim += connection.recv(1)
        connection.sendall(b"[]".ljust(1000))
        response = read_all(connection)

    assert interim.count(b"HTTP/1.1 ") == 1 + bool(first_request)
    assert response.startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize("pause_after", [1, 30, 60])
def test_pipelined_requests_are_answered_in_order(service_url, pause_after):
    request_bytes = b"".join(
        b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nX-Request-ID: %d\r\n%s\r\n"
        % (number, b"Connection: close\r\n" if number == 20 else b"")
        for number in range(1, 21)
    )
    with connect(service_url) as connection:
        connection.sendall(request_bytes[:-pause_after])
        connection.recv(1)
        connection.sendall(request_bytes[-pause_after:])
        response = read_all(connection)

    ids = [line for line in response.split(b"\r\n") if line.startswith(b"X-Request-ID: ")]
    assert ids == [b"X-Request-ID: %d" % number for number in range(1, 21)]
