"""What ends the wait for a server that neither answers nor closes the connection.

statement_timeout is the server's own promise: a frozen host, or a network that swallows
everything, does not keep it, and libpq waits for an answer without end.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any

from psycopg2.extensions import STATUS_READY, connection, cursor

TICK_S = 0.1
# How long the thread outlives the last statement: work that comes in a row shares one.
LINGER_S = 5


class Watchdog:
    """Cuts the connections on which one statement takes longer than `patience_s`."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._deadlines: dict[connection, float] = {}
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def watching(self, watched: connection) -> Iterator[None]:
        with self._lock:
            self._deadlines[watched] = time.monotonic() + self._patience_s
            # Not alive, too, in a process that was forked from the one that started it.
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._deadlines.pop(watched, None)

    def _watch(self) -> None:
        last_seen = time.monotonic()
        while True:
            time.sleep(TICK_S)
            now = time.monotonic()
            with self._lock:
                if self._deadlines:
                    last_seen = now
                elif now - last_seen > LINGER_S:
                    self._thread = None
                    return
                for late in [each for each, end in self._deadlines.items() if end < now]:
                    del self._deadlines[late]
                    _cut(late)


def _cut(late: connection) -> None:
    """Let the thread that waits find the connection closed.

    Its statement can't end meanwhile: for that it needs the lock that the caller holds.
    """
    with socket.socket(fileno=os.dup(late.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


class WatchedConnection(connection):  # type: ignore[misc]  # psycopg2 has no types
    watchdog: Watchdog

    def commit(self) -> None:
        with self.watchdog.watching(self):
            super().commit()

    def rollback(self) -> None:
        if self.status == STATUS_READY:  # no transaction: nothing is sent
            return
        with self.watchdog.watching(self):
            super().rollback()


class WatchedCursor(cursor):  # type: ignore[misc]
    def execute(self, query: Any, variables: Any = None) -> None:
        with self.connection.watchdog.watching(self.connection):
            super().execute(query, variables)
