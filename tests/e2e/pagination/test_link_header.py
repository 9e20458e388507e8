"""Pages name their neighbours in a header, too."""

from urllib.parse import parse_qs, urlsplit

import pytest


def links(response):
    """The URLs of a Link header by relation, as httpx reads it."""
    return {relation: link["url"] for relation, link in response.links.items()}


@pytest.fixture
def five(ada):
    for number in range(5):
        ada.published(title=str(number))
    return ada


def test_links_are_those_of_the_body(five):
    for offset in (0, 2, 4):
        response = five.get("/v1/events/", params={"limit": 2, "offset": offset})

        page = response.json()
        found = links(response)
        assert (found.get("next"), found.get("prev")) == (page["next"], page["previous"])


def test_links_lead_through_all_pages_and_back_to_the_first(five):
    response = five.get("/v1/events/?created=true&limit=2")
    first, titles = response.json(), []
    assert links(response).keys() == {"next"}

    while True:
        titles += [event["title"] for event in response.json()["results"]]
        if "next" not in links(response):
            break
        response = five.get(links(response)["next"])

    assert titles == ["0", "1", "2", "3", "4"]
    assert links(response).keys() == {"first", "prev"}
    assert five.get(links(response)["first"]).json() == first


def test_pages_by_cursor_have_links_too(five):
    first = five.get("/v1/events/?limit=2&sort=-start_time").json()
    query = {"limit": 2, "sort": "-start_time", "cursor": first["next_cursor"]}

    second = five.get("/v1/events/", params=query)

    assert links(second)["next"] == second.json()["next"]
    assert links(second).keys() == {"first", "next"}
    assert five.get(links(second)["first"]).json() == first


def test_a_page_that_is_all_there_is_has_no_header(ada):
    event = ada.published()
    ada.attend(event)

    for path in ("/v1/events/", f"{event}attendees/", "/v1/profile/sessions/"):
        assert "Link" not in ada.get(path).headers


def test_all_paged_lists_have_links(ada, grace):
    event = ada.published()
    ada.published()
    ada.attend(event)
    grace.attend(event)
    again = grace.joins_again(ada)

    for path in ("/v1/events/", f"{event}attendees/", "/v1/profile/sessions/"):
        response = again.get(path, params={"limit": 1})
        assert links(response) == {"next": response.json()["next"]}, path


def test_a_filter_survives_in_links_letter_by_letter(five):
    bound = "2020-01-01 00:00:00+02:00"

    response = five.get("/v1/events/", params={"starts_after": bound, "limit": 1})

    query = urlsplit(links(response)["next"]).query
    assert parse_qs(query)["starts_after"] == [bound]
    assert query.isascii()
    assert not set(query) & set("<>\"', ")


@pytest.mark.parametrize(
    "value", ['a>; rel="x", <http://x/', "a\r\nX: x", "é\N{SNOWMAN}", "%0d%0a"]
)
def test_no_filter_takes_what_would_break_a_header(five, value):
    for name in ("starts_after", "sort", "cursor", "limit", value):
        response = five.get("/v1/events/", params={name: value})

        assert response.status_code == 422
        assert "Link" not in response.headers
        assert "X" not in response.headers


def test_the_document_tells_of_links_that_may_be_missing(document):
    lists = [
        operation["responses"]["200"]
        for path, methods in document.document["paths"].items()
        for method, operation in methods.items()
        if method == "get" and "Page" in str(operation["responses"]["200"]["content"])
    ]

    assert len(lists) == 3
    for answer in lists:
        assert answer["headers"]["Link"]["required"] is False
