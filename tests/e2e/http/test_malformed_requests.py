"""Ambiguous requests are rejected, and their rest is never taken for another request."""

import json

import pytest

from tests.e2e.http.malformed_requests import CHUNKED, MALFORMED, MIB, chunk, long_body
from tests.e2e.http.slow_clients import connect, read_all

NEXT_REQUEST = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_request_returns_a_problem_and_its_rest_is_not_a_request(service_url, kind):
    status, request, closes_connection = MALFORMED[kind]
    with connect(service_url) as connection:
        connection.sendall(request + NEXT_REQUEST)
        response = read_all(connection)

    head, _, rest = response.partition(b"\r\n\r\n")
    problem, end = json.JSONDecoder().raw_decode(rest.decode())
    assert head.startswith(b"HTTP/1.%c %d " % (head[7], status))
    assert b"\r\nContent-Type: application/problem+json\r\n" in head + b"\r\n"
    assert problem["status"] == status
    assert rest[end:].startswith(b"" if closes_connection else b"HTTP/1.1 200 ")
    assert bool(rest[end:]) != closes_connection


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [
        (400, CHUNKED.replace(b"Host: x", b"Host: a b") + b"zz\r\n"),
        (413, CHUNKED + chunk(b" " * (MIB + 20_000)) + b"zz\r\n"),
    ],
    ids=["a bad Host", "too long"],
)
def test_a_malformed_unread_body_gets_only_one_response(service_url, status, request_bytes):
    with connect(service_url) as connection:
        connection.sendall(request_bytes)
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 %d " % status)
    assert response.count(b"HTTP/1.1 ") == 1


def test_a_chunked_body_of_exactly_the_limit_is_read(service_url):
    with connect(service_url) as connection:
        closing = CHUNKED.replace(b"Host: x", b"Host: x\r\nConnection: close")
        connection.sendall(closing + long_body(0))

        assert read_all(connection).startswith(b"HTTP/1.1 401 ")
