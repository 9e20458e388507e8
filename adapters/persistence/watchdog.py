"""What ends the wait for a server that neither answers nor closes the connection.

statement_timeout is the server's own promise: a frozen host, or a network that swallows
everything, does not keep it, and libpq waits for an answer without end.
"""

import os
import socket
import time
from threading import Lock, Thread
from typing import Any

from psycopg2.extensions import connection
from psycopg2.extras import NamedTupleCursor

TICK_S = 0.1
# How long the thread outlives the last statement: work that comes in a row shares one.
LINGER_S = 5


class Watchdog:
    """Cuts the connections on which a statement takes longer than `statement_s` and `grace_s`."""

    def __init__(self, statement_s: float, grace_s: float) -> None:
        self._statement_s = statement_s
        self._grace_s = grace_s
        self._deadlines: dict[connection, float] = {}
        self._lock = Lock()
        self._thread: Thread | None = None

    def watch(self, watched: connection, statements: int) -> None:
        """Until it is released; the server bounds each of the statements by itself."""
        patience_s = statements * self._statement_s + self._grace_s
        with self._lock:
            self._deadlines[watched] = time.monotonic() + patience_s
            # Not alive, too, in a process that was forked from the one that started it.
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()

    def release(self, watched: connection) -> None:
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
    watchdog: Watchdog | None = None  # of who waits without bound


class WatchedCursor(NamedTupleCursor):  # type: ignore[misc]
    statements = 1  # in what is executed next

    def execute(self, query: Any, variables: Any = None) -> None:
        watchdog = self.connection.watchdog
        if watchdog is None:
            super().execute(query, variables)
            return
        watchdog.watch(self.connection, self.statements)
        try:
            super().execute(query, variables)
        finally:
            watchdog.release(self.connection)
