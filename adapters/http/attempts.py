"""Attempts, counted in a Redis that workers share or in the memory of this process."""

import logging
import time
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

ANSWER_TIMEOUT_S = 1
SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# Of a Redis that cannot be reached or used; UnicodeError is for names that no host can have.
FAULTS = (RedisError, UnicodeError)

logger = logging.getLogger("turnout.limits")


class Window(NamedTuple):
    """The attempts that a limit counts together: those of one key."""

    limit: RateLimitItem
    key: tuple[str, ...]


class Standing(NamedTuple):
    """How a window stands after an attempt, which is refused where the window was full."""

    limit: RateLimitItem
    is_refused: bool
    remaining: int
    ends_at: float  # seconds since the epoch


class Attempts:
    """Counts in the storage; while that does not answer, in the memory of this process.

    A storage that failed is asked again after a pause, by one thread. Pauses double, up to
    LONGEST_PAUSE_S.
    """

    def __init__(self, storage_uri: str) -> None:
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if not storage_uri.startswith("memory:"):
            self._shared = MovingWindowRateLimiter(
                RedisStorage(  # does not connect yet
                    storage_uri,
                    socket_timeout=ANSWER_TIMEOUT_S,
                    socket_connect_timeout=ANSWER_TIMEOUT_S,
                )
            )
        self._lock = Lock()
        self._pause_s = 0.0  # while the storage answers
        self._next_try = 0.0  # on the monotonic clock

    def count(self, windows: Sequence[Window]) -> Standing:
        """Count an attempt in each window, up to one that is full: how the fullest stands then."""
        if self._shared is None or not self._may_ask():
            return _count(self._memory, windows)
        try:
            standing = _count(self._shared, windows)
        except FAULTS as fault:
            self._begin_pause(fault)
            return _count(self._memory, windows)
        self._end_pause()
        return standing

    def _may_ask(self) -> bool:
        if not self._pause_s:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next_try:
                return False
            # Others count in memory meanwhile, and so they do if this try fails.
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            self._next_try = now + self._pause_s
            return True

    def _begin_pause(self, fault: Exception) -> None:
        with self._lock:
            if self._pause_s:
                return
            self._pause_s = SHORTEST_PAUSE_S
            self._next_try = time.monotonic() + self._pause_s
        logger.warning("storage does not answer, counting in memory: %s", fault)

    def _end_pause(self) -> None:
        if not self._pause_s:
            return
        with self._lock:
            self._pause_s = 0.0
        logger.info("storage answers again")


def _count(limiter: MovingWindowRateLimiter, windows: Sequence[Window]) -> Standing:
    standings = []
    for limit, key in windows:
        is_refused = not limiter.hit(limit, *key)
        ends_at, remaining = limiter.get_window_stats(limit, *key)
        standings.append(Standing(limit, is_refused, remaining, ends_at))
        if is_refused:
            return standings[-1]
    return min(standings, key=lambda standing: standing.remaining)
