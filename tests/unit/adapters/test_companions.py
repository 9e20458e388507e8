"""Who goes along with a request is told when it ends, however it ends."""

import pytest
from flask import Flask

from adapters.http.observing import observe_requests


class Company:
    def __init__(self):
        self.under_way = 0
        self.seen = []

    def begin(self, seen, environ):
        self.under_way += 1
        self.seen.append((seen.method, environ["PATH_INFO"]))
        return self.end

    def end(self):
        self.under_way -= 1


def told_of(seen):
    raise OSError("nobody reads the log")


@pytest.fixture
def company():
    return Company()


@pytest.fixture
def app():
    app = Flask(__name__)
    app.add_url_rule("/tea/", "tea", lambda: "tea")
    return app


def test_they_are_there_until_the_answer_is_closed(app, company):
    observe_requests(app, (), (company.begin,))

    answer = app.test_client().get("/tea/", buffered=False)

    assert (company.under_way, company.seen) == (1, [("GET", "/tea/")])
    answer.close()
    assert company.under_way == 0


def test_an_application_that_fails_ends_them(app, company):
    def broken(*_):
        raise ZeroDivisionError

    app.wsgi_app = broken
    observe_requests(app, (), (company.begin, company.begin))

    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/tea/")

    assert len(company.seen) == 2
    assert company.under_way == 0


def test_an_observer_that_fails_ends_them(app, company):
    observe_requests(app, (told_of,), (company.begin,))
    answer = app.test_client().get("/tea/", buffered=False)

    with pytest.raises(OSError, match="nobody reads"):
        answer.close()

    assert company.under_way == 0
