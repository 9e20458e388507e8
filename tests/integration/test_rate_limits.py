"""Rate limits keep working when Redis fails."""

import logging
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from limits import parse

from adapters.http.rate_limits import RateLimiter, RateLimitKey
from tests.processes import free_port
from tests.redis_server import a_redis, needs_redis

LIMIT = 5
KEY = RateLimitKey(parse(f"{LIMIT} per hour"), ("an address",))
WIDER_KEY = RateLimitKey(parse(f"{2 * LIMIT} per hour"), ("an account",))
MAX_DELAY_S = 0.2
# Scheduling delay on a busy machine.
TOLERANCE_S = 0.1


def an_unresponsive_host(stack):
    """Accepts connections and never responds."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
    return server.getsockname()[1]


def a_host_that_drops_packets(stack):
    """Its backlog is full, so new connections get no response."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    with suppress(TimeoutError):
        while True:
            connection = socket.create_connection(server.getsockname(), timeout=0.2)
            stack.enter_context(connection)
    return server.getsockname()[1]


def a_host_without_redis(stack):
    """Rejects connections."""
    return free_port()


def remaining(limiter):
    return limiter.hit(KEY).remaining


def test_an_exceeded_limit_does_not_count_for_later_keys():
    limiter = RateLimiter("memory://")
    for _ in range(LIMIT):
        assert not limiter.hit(KEY, WIDER_KEY).is_exceeded

    assert limiter.hit(KEY, WIDER_KEY).is_exceeded
    assert limiter.hit(WIDER_KEY).remaining == LIMIT - 1


def test_an_exceeded_limit_counts_for_earlier_keys():
    limiter = RateLimiter("memory://")
    for _ in range(LIMIT + 1):
        limiter.hit(WIDER_KEY, KEY)

    assert limiter.hit(WIDER_KEY).remaining == LIMIT - 2


def test_an_exceeded_limit_is_reported_when_another_is_used_up():
    limiter = RateLimiter("memory://")
    for _ in range(LIMIT):
        limiter.hit(KEY)
        limiter.hit(WIDER_KEY)
    for _ in range(LIMIT - 1):
        limiter.hit(WIDER_KEY)

    assert limiter.hit(WIDER_KEY, KEY).is_exceeded


@pytest.mark.parametrize(
    "a_host", [an_unresponsive_host, a_host_that_drops_packets, a_host_without_redis]
)
def test_an_unreachable_redis_adds_at_most_a_fifth_of_a_second(a_host):
    with ExitStack() as stack:
        limiter = RateLimiter(f"redis://127.0.0.1:{a_host(stack)}")

        for hits in range(1, LIMIT + 1):
            started = time.monotonic()
            status = limiter.hit(WIDER_KEY, KEY)
            taken_s = time.monotonic() - started

            assert not status.is_exceeded
            assert status.remaining == LIMIT - hits
            assert taken_s < MAX_DELAY_S + TOLERANCE_S
        assert limiter.hit(WIDER_KEY, KEY).is_exceeded


def test_an_invalid_host_name_is_an_unreachable_redis():
    assert remaining(RateLimiter("redis://a..b")) == LIMIT - 1


@needs_redis
def test_a_recovered_redis_is_used_again(caplog):
    port = free_port()
    caplog.set_level(logging.INFO, "turnout.limits")
    with a_redis(port) as url:
        first, second = RateLimiter(url), RateLimiter(url)
        assert [remaining(first), remaining(second)] == [LIMIT - 1, LIMIT - 2]
    assert [remaining(first), remaining(second)] == [LIMIT - 1, LIMIT - 1]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    with a_redis(port):
        assert [remaining(first), remaining(second)] == [LIMIT - 1, LIMIT - 2]
    assert len(caplog.records) == 2
