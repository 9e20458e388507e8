"""The response and the log when gunicorn cannot pass a request to the application."""

import json
import logging
from contextlib import closing
from socket import socketpair

import pytest
from flask import Flask
from gunicorn.config import Config
from gunicorn.http import errors

from adapters.http.middleware.request_record import record_requests
from adapters.system import new_id
from application.ports.request_hooks import RequestHook
from entrypoints.gunicorn_worker import ProblemWorker

SENT = "<text of the request>"


class Recorder(RequestHook):
    def __init__(self):
        self.records = []

    def start(self, record):
        pass

    def end(self, record):
        self.records.append(record)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.InvalidRequestLine(SENT), 400, "bad_request"),
        (errors.InvalidHeader(SENT), 400, "bad_request"),
        (errors.LimitRequestLine(SENT), 414, "uri_too_long"),
        (errors.ExpectationFailed(SENT), 417, "expectation_failed"),
        (errors.LimitRequestHeaders(SENT), 431, "headers_too_large"),
        (errors.UnsupportedTransferCoding(SENT), 501, "not_implemented"),
        (errors.ConfigurationProblem(SENT), 500, "internal_error"),
        (errors.InvalidResponseHeader(SENT), 500, "internal_error"),
        (errors.InvalidResponseHeaderName(SENT), 500, "internal_error"),
        (RuntimeError(SENT), 500, "internal_error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_gunicorn_error_returns_a_problem_and_is_logged(error, status, code, caplog):
    recorder = Recorder()
    app = Flask(__name__)
    record_requests(app, [recorder], new_id)
    worker = ProblemWorker(1, 1, [], app, 30, Config(), logging.getLogger("test"))
    worker.wsgi = app
    client_side, server_side = socketpair()
    with closing(worker.tmp), client_side, server_side:
        worker.handle_error(None, server_side, ("127.0.0.1", 1), error)
        server_side.close()
        head, _, body = b"".join(iter(lambda: client_side.recv(65536), b"")).partition(b"\r\n\r\n")

    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nX-Request-ID: %s\r\n" % problem["request_id"].encode() in head
    assert (problem["status"], problem["code"]) == (status, code)
    assert SENT not in problem["detail"]
    assert problem["detail"] != str(error)
    # Otherwise the application has recorded the request itself.
    assert bool(recorder.records) == (status != 500)
    for record in recorder.records:
        assert record.request_id == problem["request_id"]
        assert (record.status, record.code, record.is_complete) == (status, code, True)
    assert bool(caplog.records) == (status == 500)
