"""gunicorn's loop, in which connections can wait for their clients."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, NamedTuple

from gunicorn.workers.gthread import ThreadWorker

from entrypoints.server.connection import Connection

LOOK_EVERY_S = 0.5


class Wait(NamedTuple):
    deadline: float  # by time.monotonic()
    give_up: Callable[[Connection], None]


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Waits for any number of clients at a time, and for each of them no longer than it says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: dict[Connection, Wait] = {}  # in the order of their `since`
        self.next_look = 0.0

    def murder_pending(self) -> None:
        """gunicorn asks for it in every round of its loop."""
        now = monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_EVERY_S
        for conn in [each for each, wait in self.waiting.items() if wait.deadline < now]:
            give_up = self.waiting[conn].give_up
            self.stop_waiting(conn)
            give_up(conn)

    def wait(
        self,
        conn: Connection,
        event: int,
        react: Callable[..., None],
        patience_s: float,
        give_up: Callable[[Connection], None],
    ) -> None:
        """Let `react` be called whenever its socket is ready, and `give_up` where it takes longer.

        Waiting again sets another deadline, and changes nothing else.
        """
        if conn not in self.waiting:
            self.poller.register(conn.sock, event, partial(react, conn))
        self.waiting[conn] = Wait(conn.since + patience_s, give_up)

    def stop_waiting(self, conn: Connection) -> None:
        if self.waiting.pop(conn, None):
            self.poller.unregister(conn.sock)

    def close(self, conn: Connection) -> None:
        self.stop_waiting(conn)
        self.nr_conns -= 1
        conn.close()
