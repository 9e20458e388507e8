"""gunicorn's threaded worker, whose own errors become problem documents."""

import json
from contextlib import suppress
from http import HTTPStatus
from socket import socket
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.datastructures import Headers

from adapters.http.middleware.request_ids import REQUEST_ID_HEADER
from adapters.http.middleware.request_record import hooks_of
from adapters.http.problems.model import PROBLEM_HEADERS, http_problem
from adapters.http.responses.security_headers import SECURITY_HEADERS
from adapters.system import new_id
from application.ports.request_hooks import RequestRecord

# Other parse errors are 400, all other errors 500.
STATUS_OF_ERROR = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    # Not client errors.
    errors.ConfigurationProblem: 500,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
MALFORMED = "The request is malformed."


class ProblemWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Only overrides the response to a request that never reaches the application."""

    def handle_error(self, req: Any, client: socket, addr: Any, exc: BaseException) -> None:
        default = 400 if isinstance(exc, errors.ParseException) else 500
        status = STATUS_OF_ERROR.get(type(exc), default)
        record = RequestRecord(str(new_id()), getattr(req, "method", None))
        hooks = hooks_of(self.wsgi)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            hooks = ()  # the application has already recorded the request
            self.log.exception(
                "A request failed outside the application.", extra={"request_id": record.request_id}
            )
        elif req is not None:  # it has a response; the rest of its body is malformed
            return
        problem = http_problem(status, MALFORMED)
        record.status, record.code = problem["status"], problem["code"]
        body = json.dumps(problem | {"request_id": record.request_id}).encode()
        headers = Headers(PROBLEM_HEADERS | SECURITY_HEADERS)
        headers[REQUEST_ID_HEADER] = record.request_id
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "close"
        head = f"HTTP/1.1 {problem['status']} {problem['title']}\r\n{headers}"
        with suppress(OSError):  # the client may have disconnected
            write_nonblock(client, head.encode() + body)
            record.is_complete = True
        for hook in hooks:
            hook.start(record)
            hook.end(record)
