"""Every started hook is ended, however the request ends."""

import pytest
from flask import Flask

from adapters.http.middleware.request_record import record_requests
from adapters.system import new_id
from application.ports.request_hooks import RequestHook


class Recorder(RequestHook):
    def __init__(self):
        self.in_flight = 0
        self.ended = []

    def start(self, record):
        assert (record.method, record.status) == ("GET", None)
        self.in_flight += 1

    def end(self, record):
        self.in_flight -= 1
        self.ended.append(record)


class Failing(RequestHook):
    def start(self, record):
        pass

    def end(self, record):
        raise OSError("no space left")


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def app():
    app = Flask(__name__)
    app.add_url_rule("/tea/<int:number>/", "tea", lambda **_: ("tea", 201))
    return app


def test_a_request_ends_when_its_response_is_closed(app, recorder):
    record_requests(app, [recorder], new_id)

    response = app.test_client().get("/tea/1/", headers={"X-Request-ID": "a"}, buffered=False)

    assert (recorder.in_flight, recorder.ended) == (1, [])
    assert response.data == b"tea"
    response.close()
    [record] = recorder.ended
    assert (record.request_id, record.route, record.status) == ("a", "/tea/{number}/", 201)
    assert record.is_complete
    assert record.duration_s > 0


def test_an_interrupted_response_is_incomplete(app, recorder):
    record_requests(app, [recorder], new_id)

    app.test_client().get("/tea/1/", buffered=False).close()

    assert [record.is_complete for record in recorder.ended] == [False]


def test_an_application_error_ends_the_request(app, recorder):
    def broken(*_):
        raise ZeroDivisionError

    app.wsgi_app = broken
    record_requests(app, [recorder, recorder], new_id)

    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/tea/1/")

    assert recorder.in_flight == 0
    assert {(record.status, record.code) for record in recorder.ended} == {(500, "internal_error")}


@pytest.mark.parametrize("index", [0, 1])
def test_a_failing_hook_does_not_prevent_others_from_ending(app, recorder, index):
    hooks = [recorder]
    hooks.insert(index, Failing())
    record_requests(app, hooks, new_id)
    response = app.test_client().get("/tea/1/", buffered=False)

    with pytest.raises(OSError, match="no space left"):
        response.close()

    assert recorder.in_flight == 0
