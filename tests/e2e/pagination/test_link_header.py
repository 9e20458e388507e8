"""The Link header of paginated lists."""

from urllib.parse import parse_qs, urlsplit

import pytest


def links(response):
    """The URLs of the Link header by relation, as httpx parses it."""
    return {relation: link["url"] for relation, link in response.links.items()}


@pytest.fixture
def ada_with_five_events(ada):
    for number in range(5):
        ada.new_event(title=str(number))
    return ada


def test_links_match_the_body(ada_with_five_events):
    for offset in (0, 2, 4):
        response = ada_with_five_events.get("/v1/events/", params={"limit": 2, "offset": offset})

        page = response.json()
        found = links(response)
        assert (found.get("next"), found.get("prev")) == (page["next"], page["previous"])


def test_links_lead_through_all_pages_and_back_to_the_first(ada_with_five_events):
    response = ada_with_five_events.get("/v1/events/?created=true&limit=2")
    first, titles = response.json(), []
    assert links(response).keys() == {"next"}

    while True:
        titles += [event["title"] for event in response.json()["results"]]
        if "next" not in links(response):
            break
        response = ada_with_five_events.get(links(response)["next"])

    assert titles == ["0", "1", "2", "3", "4"]
    assert links(response).keys() == {"first", "prev"}
    assert ada_with_five_events.get(links(response)["first"]).json() == first


def test_pages_by_cursor_have_links_too(ada_with_five_events):
    first = ada_with_five_events.get("/v1/events/?limit=2&sort=-start_time").json()
    query = {"limit": 2, "sort": "-start_time", "cursor": first["next_cursor"]}

    second = ada_with_five_events.get("/v1/events/", params=query)

    assert links(second)["next"] == second.json()["next"]
    assert links(second).keys() == {"first", "next"}
    assert ada_with_five_events.get(links(second)["first"]).json() == first


def test_a_single_page_has_no_link_header(ada):
    event = ada.new_event()
    ada.attend(event)

    for path in ("/v1/events/", f"{event}attendees/", "/v1/profile/sessions/"):
        assert "Link" not in ada.get(path).headers


def test_every_paginated_list_has_links(ada, grace):
    event = ada.new_event()
    ada.new_event()
    ada.attend(event)
    grace.attend(event)
    second_session = grace.log_in_again(ada)

    for path in ("/v1/events/", f"{event}attendees/", "/v1/profile/sessions/"):
        response = second_session.get(path, params={"limit": 1})
        assert links(response) == {"next": response.json()["next"]}, path


def test_filters_are_preserved_exactly_in_links(ada_with_five_events):
    bound = "2020-01-01 00:00:00+02:00"

    response = ada_with_five_events.get("/v1/events/", params={"starts_after": bound, "limit": 1})

    query = urlsplit(links(response)["next"]).query
    assert parse_qs(query)["starts_after"] == [bound]
    assert query.isascii()
    assert not set(query) & set("<>\"', ")


@pytest.mark.parametrize(
    "value", ['a>; rel="x", <http://x/', "a\r\nX: x", "é\N{SNOWMAN}", "%0d%0a"]
)
def test_values_that_would_break_a_header_are_rejected(ada_with_five_events, value):
    for name in ("starts_after", "sort", "cursor", "limit", value):
        response = ada_with_five_events.get("/v1/events/", params={name: value})

        assert response.status_code == 422
        assert "Link" not in response.headers
        assert "X" not in response.headers


def test_the_link_header_is_documented_as_optional(document):
    lists = [
        operation["responses"]["200"]
        for path, methods in document.spec["paths"].items()
        for method, operation in methods.items()
        if method == "get"
        and "Page" in str(operation["responses"]["200"]["content"])
        and path != "/v1/webhooks/"  # always complete
    ]

    assert len(lists) == 5
    for response in lists:
        assert response["headers"]["Link"]["required"] is False
