"""Requests are counted whatever happens to the Redis that they are counted in."""

import logging
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from limits import parse

from adapters.http.rate_limits import RateLimiter, RateLimitKey
from tests.processes import free_port
from tests.redis_server import a_redis, needs_redis

MOST = 5
KEY = RateLimitKey(parse(f"{MOST} per hour"), ("an address",))
WIDER_KEY = RateLimitKey(parse(f"{2 * MOST} per hour"), ("an account",))
MOST_ADDED_S = 0.2
# What a busy machine may take to run the thread again.
TOLERANCE_S = 0.1


def a_hanging_host(stack):
    """Takes connections and never says a word."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
    return server.getsockname()[1]


def a_host_that_drops_packets(stack):
    """Its queue of connections is full: what comes then is answered by nothing."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    with suppress(TimeoutError):
        while True:
            queued = socket.create_connection(server.getsockname(), timeout=0.2)
            stack.enter_context(queued)
    return server.getsockname()[1]


def a_host_without_redis(stack):
    """Refuses connections."""
    return free_port()


def remaining(limiter):
    return limiter.hit(KEY).remaining


def test_an_exceeded_limit_does_not_count_for_the_keys_that_follow():
    limiter = RateLimiter("memory://")
    for _ in range(MOST):
        assert not limiter.hit(KEY, WIDER_KEY).is_exceeded

    assert limiter.hit(KEY, WIDER_KEY).is_exceeded
    assert limiter.hit(WIDER_KEY).remaining == MOST - 1


def test_an_exceeded_limit_counts_for_the_keys_before_it():
    limiter = RateLimiter("memory://")
    for _ in range(MOST + 1):
        limiter.hit(WIDER_KEY, KEY)

    assert limiter.hit(WIDER_KEY).remaining == MOST - 2


def test_an_exceeded_limit_is_told_where_nothing_remains_of_another():
    limiter = RateLimiter("memory://")
    for _ in range(MOST):
        limiter.hit(KEY)
        limiter.hit(WIDER_KEY)
    for _ in range(MOST - 1):
        limiter.hit(WIDER_KEY)

    assert limiter.hit(WIDER_KEY, KEY).is_exceeded


@pytest.mark.parametrize(
    "a_host", [a_hanging_host, a_host_that_drops_packets, a_host_without_redis]
)
def test_an_unreachable_redis_adds_a_fifth_of_a_second_at_most(a_host):
    with ExitStack() as stack:
        limiter = RateLimiter(f"redis://127.0.0.1:{a_host(stack)}")

        for hits in range(1, MOST + 1):
            begun = time.monotonic()
            status = limiter.hit(WIDER_KEY, KEY)
            taken = time.monotonic() - begun

            assert not status.is_exceeded
            assert status.remaining == MOST - hits
            assert taken < MOST_ADDED_S + TOLERANCE_S
        assert limiter.hit(WIDER_KEY, KEY).is_exceeded


def test_a_host_that_can_have_no_such_name_is_an_unreachable_redis():
    assert remaining(RateLimiter("redis://a..b")) == MOST - 1


@needs_redis
def test_a_redis_that_is_back_counts_again(caplog):
    port = free_port()
    caplog.set_level(logging.INFO, "turnout.limits")
    with a_redis(port) as url:
        ones, others = RateLimiter(url), RateLimiter(url)
        assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 2]
    assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 1]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    with a_redis(port):
        assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 2]
    assert len(caplog.records) == 2
