"""Database timeouts.

PostgreSQL enforces statement_timeout. If its host freezes or the network drops packets, libpq waits
without limit; the wait callback does not.
"""

import select
import time
from dataclasses import dataclass
from typing import Any

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, connection


@dataclass(frozen=True)
class Timeouts:
    """In seconds. PostgreSQL enforces the last three; 0 disables them.

    `connect` applies to each host of the URL. If the server does not respond within `statement`
    plus GRACE_S (engine.py), the connection is closed.
    """

    connect: int = 1
    pool: float = 1.0
    lock: float = 1.0
    statement: float = 1.5
    idle_in_transaction: float = 5.0


# For work outside of requests, such as migrations.
MAINTENANCE = Timeouts(connect=10, lock=0, statement=0, idle_in_transaction=0)
# How long a migration retries to get a lock that other transactions hold.
MIGRATION_LOCK_TIMEOUT_S = 300.0


class LocksHeld(Exception):
    """Other transactions hold a lock that a change of the schema needs."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(
            f"the next step needs a lock that other transactions held for {timeout_s:.0f} s; "
            "end them and try again."
        )


class DeadlineConnection(connection):  # type: ignore[misc]  # psycopg2 has no types
    """Waits `connect_s` to connect, then `response_s` for each response; None: no limit."""

    def __init__(self, dsn: str, connect_s: float, response_s: float | None, **options: Any):
        self.timeout_s: float | None = connect_s
        super().__init__(dsn, **options)
        self.timeout_s = response_s


def wait(conn: Any) -> None:
    """psycopg2's wait callback, called for every connection of the process.

    It must not close the connection, which would deadlock: psycopg2 does so when this raises.
    """
    timeout_s = getattr(conn, "timeout_s", None)
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while (state := conn.poll()) != POLL_OK:
        # Register each time: libpq may open another socket while connecting.
        poll = select.poll()
        poll.register(conn.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        left_ms = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
        if not poll.poll(left_ms):
            raise OperationalError(f"the server did not respond within {timeout_s} s")
