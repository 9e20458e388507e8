"""Absolute URLs start with PUBLIC_URL, or with the scheme and Host of the request."""

from contextlib import ExitStack

import pytest

from tests.applications import an_app, live_server
from tests.e2e.client import Visitor

PUBLIC_URL = "https://events.example.org:8443"


@pytest.fixture
def member_of(database, document, empty_database):
    """Sign up at a new application; return a client that sends another Host."""
    with ExitStack() as stack:

        def sign_up(public_url):
            app = stack.enter_context(
                an_app(database, ratelimit_enabled=False, public_url=public_url)
            )
            visitor = Visitor(stack.enter_context(live_server(app)), document)
            ada = visitor.new_member("ada")
            ada.http.headers["Host"] = "evil.example"
            return ada

        yield sign_up


def absolute_urls(ada):
    """One of each kind."""
    event = ada.new_event()
    ada.new_event()
    feed = ada.post("/v1/profile/calendar/")
    page = ada.get("/v1/events/", params={"limit": 1})
    file = ada.get(f"{event}calendar.ics").text
    return [
        feed.json()["url"],
        feed.headers["Location"],
        page.json()["next"],
        page.links["next"]["url"],
        file.partition("\r\nURL:")[2],
    ]


@pytest.mark.parametrize(
    ("public_url", "start"), [(PUBLIC_URL, PUBLIC_URL), (None, "http://evil.example")]
)
def test_absolute_urls_start_with_the_public_url_or_the_host(member_of, public_url, start):
    for url in absolute_urls(member_of(public_url)):
        assert url.startswith(f"{start}/v1/")


def test_a_public_url_does_not_make_the_host_optional(member_of):
    ada = member_of(PUBLIC_URL)
    ada.http.headers["Host"] = "a b"

    assert ada.get("/v1/profile/").status_code == 400


def test_redirects_and_the_document_stay_on_the_host_of_the_request(member_of):
    ada = member_of(PUBLIC_URL)

    assert ada.http.get("/").headers["Location"] == "/api/schema/swagger-ui/"
    [server] = ada.http.get("/api/schema/").json()["servers"]
    assert server["url"] == "/"
