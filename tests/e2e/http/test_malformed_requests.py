"""The service refuses what could be read in two ways, and cuts nothing."""

import json

import pytest

from tests.e2e.http.malformed_requests import CHUNKED, MIB, REFUSED, chunk, long_body
from tests.e2e.http.slow_clients import connect, read_all

NEXT = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_with_a_problem_and_nothing_is_taken_for_a_request(served, kind):
    status, request, is_last = REFUSED[kind]
    with connect(served) as connection:
        connection.sendall(request + NEXT)
        answer = read_all(connection)

    head, _, rest = answer.partition(b"\r\n\r\n")
    problem, end = json.JSONDecoder().raw_decode(rest.decode())
    assert head.startswith(b"HTTP/1.%c %d " % (head[7], status))
    assert b"\r\nContent-Type: application/problem+json\r\n" in head + b"\r\n"
    assert problem["status"] == status
    assert rest[end:].startswith(b"" if is_last else b"HTTP/1.1 200 ")
    assert bool(rest[end:]) != is_last


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [
        (400, CHUNKED.replace(b"Host: x", b"Host: a b") + b"zz\r\n"),
        (413, CHUNKED + chunk(b" " * (MIB + 20_000)) + b"zz\r\n"),
    ],
    ids=["a bad Host", "too long"],
)
def test_a_body_that_is_malformed_where_it_is_not_read_gets_no_second_response(
    served, status, request_bytes
):
    with connect(served) as connection:
        connection.sendall(request_bytes)
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_chunked_body_of_just_the_limit_is_read_whole(served):
    with connect(served) as connection:
        closing = CHUNKED.replace(b"Host: x", b"Host: x\r\nConnection: close")
        connection.sendall(closing + long_body(0))

        assert read_all(connection).startswith(b"HTTP/1.1 401 ")
