"""How long the database is waited for.

PostgreSQL enforces statement_timeout by itself. A frozen host does not, nor one behind a network
that drops packets, and libpq waits for it without limit: `wait` does not.
"""

import select
import time
from dataclasses import dataclass
from typing import Any

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, connection


@dataclass(frozen=True)
class Timeouts:
    """All in seconds. PostgreSQL enforces the last three; 0 disables them.

    `connect` is for each host of the URL. A server that does not respond to a message within
    `statement` and GRACE_S of engine.py is given up.
    """

    connect: int = 1
    pool: float = 1.0
    lock: float = 1.0
    statement: float = 1.5
    idle_in_transaction: float = 5.0


# For work that is nobody's request, like a migration.
MAINTENANCE = Timeouts(connect=10, lock=0, statement=0, idle_in_transaction=0)
# How long a migration retries for a lock that others hold, in seconds.
MIGRATION_LOCK_TIMEOUT_S = 300.0


class LocksHeld(Exception):
    """Others hold locks that a migration needs, longer than it retries."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(
            f"others held a lock that the next migration needs for {timeout_s:.0f} s; "
            "end their transactions and migrate again."
        )


class DeadlineConnection(connection):  # type: ignore[misc]  # psycopg2 has no types
    """Waits `connect_s` to be connected, then `response_s` for each response; None: no limit."""

    def __init__(self, dsn: str, connect_s: float, response_s: float | None, **options: Any):
        self.timeout_s: float | None = connect_s
        super().__init__(dsn, **options)
        self.timeout_s = response_s


def wait(waiting: Any) -> None:
    """psycopg2's wait callback, which it calls for every connection of the process.

    It must not close the connection, which would deadlock: psycopg2 does so when this raises.
    """
    timeout_s = getattr(waiting, "timeout_s", None)
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while (state := waiting.poll()) != POLL_OK:
        # Anew each time: while it connects, libpq may open another socket.
        poll = select.poll()
        poll.register(waiting.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        left_ms = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
        if not poll.poll(left_ms):
            raise OperationalError(f"the server did not respond within {timeout_s} s")
