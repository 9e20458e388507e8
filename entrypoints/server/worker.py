"""gunicorn's worker, with errors that read like the application's, and an orderly end."""

import json
from contextlib import suppress
from itertools import takewhile
from select import select
from socket import socket
from time import monotonic
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock

from adapters.http.nosniff import NOSNIFF
from adapters.http.problem_bodies import PROBLEM_HEADERS, http_problem
from adapters.http.request_ids import REQUEST_ID_HEADER, new_request_id
from adapters.http.request_record import hooks_of
from application.ports.request_hooks import RequestRecord
from entrypoints.server.refused_requests import BodyTooLarge, RequestTimeout, TooMuchArriving
from entrypoints.server.waiting import WaitingWorker

STATUS_OF_ERROR = {
    RequestTimeout: 408,
    BodyTooLarge: 413,
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    TooMuchArriving: 503,
}
# In which a client that has connected usually sends what it wants.
EXPECTED_S = 0.02
PROBLEM_HEAD = "".join(
    f"{name}: {value}\r\n" for name, value in (*PROBLEM_HEADERS.items(), NOSNIFF)
)


class ProblemWorker(WaitingWorker):
    """Requests that never reach the application, being no HTTP, are answered with problems, too.

    While all its threads are busy it takes in no more connections than it finishes requests, and
    leaves the others to workers that are free: a connection stays where it is, and so does all
    that its client sends on it later.
    """

    has_finished = True  # a request, since it last took in a connection

    def finish_request(self, conn: Any, fs: Any) -> None:
        self.has_finished = True
        super().finish_request(conn, fs)

    def accept(self, listener: Any) -> None:
        super().accept(listener)
        self.has_finished = False
        if self._is_busy():
            super().set_accept_enabled(False)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        is_expecting = self._count_expected() > 0
        super().wait_for_and_dispatch_events(min(timeout, EXPECTED_S) if is_expecting else timeout)

    def _count_expected(self) -> int:
        """Of those that have just connected, and will need a thread at once."""
        soon = monotonic() - EXPECTED_S
        latest = takewhile(lambda conn: conn.since > soon, reversed(self.waiting))
        return sum(conn.parser is None and conn.is_idle() for conn in latest)

    def _is_busy(self) -> bool:
        needed = len(self.served) + self._count_expected()
        return needed >= self.cfg.threads and not self.has_finished

    def set_accept_enabled(self, enabled: bool) -> None:
        """gunicorn asks for it in every round of its loop."""
        super().set_accept_enabled(enabled and not self._is_busy())
        if self.alive or enabled:
            return
        # The worker was told to stop. gunicorn would keep the listening socket until the last
        # request is answered, and then reset whoever connected to it meanwhile.
        taken_in: list[Any] = []
        # Answered only afterwards: who was answered might come again without end.
        self.enqueue_req = taken_in.append  # type: ignore[assignment,method-assign]
        for listener in self.sockets:
            with suppress(OSError):  # with no descriptor left, those taken in must do
                while select([listener], [], [], 0)[0]:
                    self.accept(listener)
            listener.close()
        del self.enqueue_req
        for connection in taken_in:
            self.enqueue_req(connection)

    def handle_error(self, req: Any, client: socket, addr: Any, exc: BaseException) -> None:
        record = RequestRecord(new_request_id(), getattr(req, "method", None))
        if isinstance(exc, errors.ParseException):
            problem = http_problem(STATUS_OF_ERROR.get(type(exc), 400), str(exc))
            hooks = hooks_of(self.wsgi)
        else:
            problem = http_problem(500)
            hooks = ()  # the application has recorded the request
            self.log.exception(
                "A request failed outside the application.", extra={"request_id": record.request_id}
            )
        record.status, record.code = problem["status"], problem["code"]
        body = json.dumps(problem | {"request_id": record.request_id}).encode()
        head = (
            f"HTTP/1.1 {problem['status']} {problem['title']}\r\n"
            "Connection: close\r\n"
            f"{PROBLEM_HEAD}"
            f"{REQUEST_ID_HEADER}: {record.request_id}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            write_nonblock(client, head.encode() + body)
            record.is_complete = True
        except OSError:
            self.log.debug("The client was gone before it was answered.")
        for hook in hooks:
            hook.start(record)
            hook.end(record)
