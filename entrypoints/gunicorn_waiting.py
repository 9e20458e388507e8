"""gunicorn's threads, for requests that are there: a client that is slow takes none."""

import errno
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ
from time import monotonic
from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from entrypoints.gunicorn_connection import RECEIVE_BYTES, ClientSocket, Connection
from entrypoints.refused_requests import RequestTimeout, TooMuchArriving
from entrypoints.web_waits import read_web_waits

# All that a process holds of requests that are on their way.
ARRIVING_MAX_BYTES = 32 * 1024 * 1024
# That a client has to read its answer before the connection is closed (RFC 9112 section 9.6).
LINGER_S = 2
LOOK_EVERY_S = 0.5


class WaitingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Waits in its loop for requests, and for clients that are to go; any number at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waits = read_web_waits()
        self.arriving: set[Connection] = set()
        self.leaving: set[Connection] = set()
        self.next_look = 0.0

    def accept(self, listener: Any) -> None:
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        sock = ClientSocket(accepted, self.waits.send)
        self.enqueue_req(Connection(self.cfg, sock, client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """gunicorn asks for it where a request begins, or may do so soon."""
        try:
            conn.await_request()
        except ParseException as refusal:
            self._refuse(conn, refusal)
        else:
            if conn.incoming.is_ready:
                self.serve(conn)
            else:
                self._receive(conn)

    def serve(self, conn: Connection) -> None:
        """With the next thread that is free."""
        conn.sock.received = conn.incoming.buffer
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        req._expected_100_continue = False  # it was told so while its body was awaited
        if not conn.incoming.is_whole:
            req.force_close()  # what is missing would be taken for the next request
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            raise BrokenPipeError(errno.EPIPE, "The client does not read its answer.") from error

    def finish_request(self, conn: Connection, fs: Any) -> None:
        if fs.cancelled() or fs.exception() or not fs.result():
            self._let_go(conn)
        elif conn.has_more():
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """gunicorn asks for it in every round of its loop."""
        now = monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_EVERY_S
        for conn in list(self.arriving):
            if self._is_late(conn):
                self._stop_waiting(conn, self.arriving)
                if conn.incoming.buffer:
                    self._refuse(conn, RequestTimeout())
                else:
                    self._close(conn)
        for conn in [each for each in self.leaving if each.since + LINGER_S < now]:
            self._stop_waiting(conn, self.leaving)
            self._close(conn)

    def _is_late(self, conn: Connection) -> bool:
        patience_s = self.waits.head
        if conn.incoming.has_head:
            patience_s += self.waits.body
        elif not (self.alive or conn.incoming.buffer):
            patience_s = LINGER_S
        return monotonic() > conn.since + patience_s

    def _receive(self, conn: Connection, _: Any = None) -> None:
        may_come = True
        try:
            may_come = conn.receive()
            self._require_room(conn)
        except BlockingIOError:
            pass
        except ParseException as refusal:
            self._stop_waiting(conn, self.arriving)
            self._refuse(conn, refusal)
            return
        except OSError:
            may_come = False
        if conn.incoming.is_ready:
            self._stop_waiting(conn, self.arriving)
            self.serve(conn)
        elif may_come:
            self._wait(conn, self.arriving, self._receive)
        else:
            self._stop_waiting(conn, self.arriving)
            self._close(conn)

    def _require_room(self, conn: Connection) -> None:
        """Requests that are short are not concerned."""
        if len(conn.incoming.buffer) <= RECEIVE_BYTES:
            return
        if sum(len(each.incoming.buffer) for each in self.arriving) > ARRIVING_MAX_BYTES:
            raise TooMuchArriving

    def _refuse(self, conn: Connection, refusal: ParseException) -> None:
        self.handle_error(None, conn.sock, conn.client, refusal)
        self._let_go(conn)

    def _let_go(self, conn: Connection) -> None:
        """Close it, in time. gunicorn's loop would stand still until the client is gone."""
        try:
            conn.end()
        except OSError:
            self._close(conn)
        else:
            self._wait(conn, self.leaving, self._drain)

    def _drain(self, conn: Connection, _: Any) -> None:
        try:
            may_come = conn.drain()
        except BlockingIOError:
            return
        except OSError:
            may_come = False
        if not may_come:
            self._stop_waiting(conn, self.leaving)
            self._close(conn)

    def _wait(self, conn: Connection, group: set[Connection], react: Callable[..., None]) -> None:
        if conn not in group:
            group.add(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(react, conn))

    def _stop_waiting(self, conn: Connection, group: set[Connection]) -> None:
        if conn in group:
            group.remove(conn)
            self.poller.unregister(conn.sock)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()
