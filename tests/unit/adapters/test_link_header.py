"""No query string can break out of the URLs in the Link header."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest
from flask import Flask

from adapters.http.pagination.page import page_response
from application.pages import Cursor, Page, PageRequest
from tests.builders import NOON

AFTER = Cursor(NOON + timedelta(days=1), UUID("01997a60-5a80-7000-8000-000000000002"))


def link_header(query, path="/v1/events/"):
    with Flask(__name__).test_request_context(f"{path}?{query}"):
        _, headers = page_response(Page(9, [1, 2], AFTER), PageRequest(limit=2, offset=4))
    return headers["Link"]


@pytest.mark.parametrize(
    "value",
    [
        '>; rel="next", <http://evil.example/',
        "a,b;c=d",
        "\"quoted\" 'single' \\",
        "a\r\nSet-Cookie: x=1",
        "\0\t\x7f\x85",
        "Zürich \N{SNOWMAN} \N{PILE OF POO}",
        "%3E%0d%0a%25",
        "a+b&limit=9#f",
        "",
    ],
)
def test_a_hostile_filter_stays_within_its_url(value):
    header = link_header(urlencode({"q": value, "limit": "2"}))

    assert header.isascii()
    assert header.isprintable()
    first, previous, next_link = header.split(", ")
    for link, relation, offset in (
        (first, "first", "0"),
        (previous, "prev", "2"),
        (next_link, "next", "6"),
    ):
        url = link.removeprefix("<").removesuffix(f'>; rel="{relation}"')
        assert link == f'<{url}>; rel="{relation}"'
        assert not set(url) & set("<>\"', \\")
        assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == {
            "q": value,
            "limit": "2",
            "offset": offset,
        }


@pytest.mark.parametrize("query", ["q=<>,\"'", "q=%", "%0d%0a=1"])
def test_a_query_is_encoded(query):
    header = link_header(query)

    assert header.isascii()
    assert header.isprintable()
    assert header.count(">; rel=") == header.count("<") == 3


def test_the_path_is_encoded():
    header = link_header("", path='/v1/é", <x>/')

    assert header.startswith("<http://localhost/v1/%C3%A9%22%2C%20%3Cx%3E/?")


def test_a_header_that_is_too_long_for_proxies_is_omitted():
    with Flask(__name__).test_request_context(f"/v1/events/?q={'x' * 1000}"):
        body, headers = page_response(Page(9, [1, 2], AFTER), PageRequest(limit=2, offset=4))

    assert headers == {}
    assert body["next"]
