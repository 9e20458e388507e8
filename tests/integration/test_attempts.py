"""Attempts are counted while their storage fails, and by it again when it is back."""

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import parse

from adapters.http.attempts import ANSWER_TIMEOUT_S, SHORTEST_PAUSE_S, Attempts, Window
from tests.e2e.processes import a_free_port
from tests.redis_server import a_redis, needs_redis

MOST = 5
WINDOW = Window(parse(f"{MOST} per hour"), ("an address",))
WIDER_WINDOW = Window(parse(f"{2 * MOST} per hour"), ("an account",))
DEADLINE_S = 20


@pytest.fixture
def hanging():
    """The URL of what takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def remaining(attempts):
    return attempts.count([WINDOW]).remaining


def seconds_of(act):
    begin = time.monotonic()
    act()
    return time.monotonic() - begin


def test_a_refused_attempt_does_not_count_in_the_windows_that_follow():
    attempts = Attempts("memory://")
    for _ in range(MOST):
        assert not attempts.count([WINDOW, WIDER_WINDOW]).is_refused

    assert attempts.count([WINDOW, WIDER_WINDOW]).is_refused
    assert attempts.count([WIDER_WINDOW]).remaining == MOST - 1


def test_an_attempt_counts_in_the_windows_before_the_one_that_refuses_it():
    attempts = Attempts("memory://")
    for _ in range(MOST + 1):
        attempts.count([WIDER_WINDOW, WINDOW])

    assert attempts.count([WIDER_WINDOW]).remaining == MOST - 2


def test_a_storage_that_hangs_is_waited_for_once(hanging):
    attempts = Attempts(hanging)

    first = seconds_of(lambda: attempts.count([WINDOW]))
    others = seconds_of(lambda: [attempts.count([WINDOW]) for _ in range(MOST)])

    assert ANSWER_TIMEOUT_S <= first < 2 * ANSWER_TIMEOUT_S
    assert others < ANSWER_TIMEOUT_S / 2
    assert attempts.count([WINDOW]).is_refused


def test_one_thread_at_a_time_asks_a_storage_that_failed(hanging):
    attempts = Attempts(hanging)
    attempts.count([WINDOW])
    time.sleep(SHORTEST_PAUSE_S)

    with ThreadPoolExecutor(4) as threads:
        waits = list(threads.map(lambda _: seconds_of(lambda: attempts.count([WINDOW])), range(4)))

    assert sum(wait >= ANSWER_TIMEOUT_S for wait in waits) == 1


def test_a_host_that_can_have_no_such_name_is_a_storage_that_does_not_answer():
    assert remaining(Attempts("redis://a..b")) == MOST - 1


@needs_redis
def test_a_storage_that_is_back_counts_again(caplog):
    port = a_free_port()
    caplog.set_level(logging.INFO, "turnout.limits")
    with a_redis(port) as url:
        ones, others = Attempts(url), Attempts(url)
        assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 2]
    assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 1]
    with a_redis(port):
        deadline = time.monotonic() + DEADLINE_S
        while caplog.messages.count("storage answers again") < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
            ones.count([WIDER_WINDOW])
            others.count([WIDER_WINDOW])
        assert [remaining(ones), remaining(others)] == [MOST - 1, MOST - 2]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2 + ["INFO"] * 2
