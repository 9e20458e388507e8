"""gunicorn's threads, for requests that are there: a client that is slow takes none."""

import errno
from functools import partial
from itertools import chain
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import Any

from gunicorn.http.errors import ParseException

from entrypoints.server.client_socket import BLOCK_BYTES, ClientSocket
from entrypoints.server.connection import Connection
from entrypoints.server.loop import PatientWorker
from entrypoints.server.refused_requests import RequestTimeout, TooMuchArriving
from entrypoints.settings import read_web_waits

# All that a process holds of requests that are on their way, or wait for a thread.
ARRIVING_MAX_BYTES = 32 * 1024 * 1024
# All that it holds of answers that their clients have not taken yet.
UNSENT_TOTAL_BYTES = 64 * 1024 * 1024
# That a client has to read its answer before the connection is closed (RFC 9112 section 9.6).
LINGER_S = 2


class WaitingWorker(PatientWorker):
    """Waits in its loop until a request is whole, and until its client has taken the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waits = read_web_waits()
        self.served: set[Connection] = set()  # by a thread, or by the next that is free

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
        self.served.add(conn)
        conn.sock.received = conn.incoming.buffer
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        req._expected_100_continue = False  # it was told so while its body was awaited
        if not conn.incoming.is_whole:
            req.force_close()  # what is missing would be taken for the next request
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            conn.sock.unsent.clear()
            raise BrokenPipeError(errno.EPIPE, "The client does not read its answer.") from error

    def finish_request(self, conn: Connection, fs: Any) -> None:
        self.served.remove(conn)
        conn.since = monotonic()
        self._send(fs, conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """gunicorn asks for it when it is told to stop."""
        super()._cap_keepalive(deadline)
        for conn, wait in self.waiting.items():
            if wait.give_up == self._end_late and conn.is_idle():
                self.waiting[conn] = wait._replace(deadline=min(wait.deadline, deadline))

    def _receive(self, conn: Connection, _: Any = None) -> None:
        may_come = True
        try:
            may_come = conn.receive()
            self._require_room(conn)
        except BlockingIOError:
            pass
        except ParseException as refusal:
            self.stop_waiting(conn)
            self._refuse(conn, refusal)
            return
        except OSError:
            may_come = False
        if conn.incoming.is_ready:
            self.stop_waiting(conn)
            self.serve(conn)
        elif may_come:
            patience_s = self.waits.head + (self.waits.body if conn.incoming.has_head else 0)
            self.wait(conn, EVENT_READ, self._receive, patience_s, self._end_late)
        else:
            self.close(conn)

    def _require_room(self, conn: Connection) -> None:
        """Requests that are short are not concerned."""
        if len(conn.incoming.buffer) <= BLOCK_BYTES:
            return
        all_of_them = chain(self.waiting, self.served)
        if sum(len(each.incoming.buffer) for each in all_of_them) > ARRIVING_MAX_BYTES:
            raise TooMuchArriving

    def _end_late(self, conn: Connection) -> None:
        if conn.is_idle():
            self.close(conn)
        else:
            self._refuse(conn, RequestTimeout())

    def _refuse(self, conn: Connection, refusal: ParseException) -> None:
        self.handle_error(None, conn.sock, conn.client, refusal)
        self._let_go(conn)

    def _send(self, fs: Any, conn: Connection, _: Any = None) -> None:
        """What is left of an answer, and then go on."""
        try:
            conn.sock.flush()
        except OSError:
            self.close(conn)
            return
        if conn.sock.unsent:
            if sum(len(each.sock.unsent) for each in self.waiting) > UNSENT_TOTAL_BYTES:
                self.close(conn)
                return
            send = partial(self._send, fs)
            self.wait(conn, EVENT_WRITE, send, self.waits.send, self.close)
            return
        self.stop_waiting(conn)
        if fs.cancelled() or fs.exception() or not fs.result():
            self._let_go(conn)
        elif conn.has_more():
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def _let_go(self, conn: Connection) -> None:
        """Close it, in time. gunicorn's loop would stand still until the client is gone."""
        try:
            conn.end()
        except OSError:
            self.close(conn)
        else:
            self.wait(conn, EVENT_READ, self._drain, LINGER_S, self.close)

    def _drain(self, conn: Connection, _: Any) -> None:
        try:
            may_come = conn.drain()
        except BlockingIOError:
            return
        except OSError:
            may_come = False
        if not may_come:
            self.close(conn)
