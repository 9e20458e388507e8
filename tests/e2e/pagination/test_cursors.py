import pytest

from adapters.http.events.list_query import SortParameter
from tests.e2e.client import in_hours
from tests.e2e.pagination.pages import all_pages


def titles(page):
    return [event["title"] for event in page["results"]]


@pytest.mark.parametrize("sort", SortParameter)
@pytest.mark.parametrize("query", [{}, {"search": "te"}, {"available": "true"}], ids=str)
def test_pages_by_cursor_have_the_same_events_as_one_page(ada, sort, query):
    for number in range(7):
        hours = 24 + number // 2  # some start at the same time, some have the same title
        title = ("Tea", "tea ☕", "Zoë's tea")[number % 3]
        event = ada.new_event(title=title, start_time=in_hours(hours), end_time=in_hours(99))
        if number % 2:
            ada.attend(event)

    unpaginated = ada.get("/v1/events/", params=query | {"sort": sort, "limit": 100}).json()
    pages = all_pages(ada, sort=sort, limit=2, **query)

    assert [event for page in pages for event in page["results"]] == unpaginated["results"]
    assert unpaginated["next_cursor"] is None
    assert [len(page["results"]) for page in pages] == [2, 2, 2, 1]


def test_a_cursor_of_a_long_title_fits_into_a_link(ada):
    for _ in range(2):
        ada.create_event(title="👩" * 200)
    query = {"sort": "title", "search": "👩" * 200, "limit": 1}

    first = ada.get("/v1/events/", params=query).json()
    second = ada.get("/v1/events/", params=query | {"cursor": first["next_cursor"]}).json()

    assert len(ada.get(first["next"]).json()["results"]) == len(second["results"]) == 1
    assert first["results"] != second["results"]


def test_no_event_is_repeated_or_skipped_while_others_create_events(ada, grace):
    for hour in range(1, 10):
        ada.create_event(title=str(hour), start_time=in_hours(hour), end_time=in_hours(99))
    listed, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = ada.get("/v1/events/", params=query).json()
        listed += [title for title in titles(page) if title != "new"]
        # It sorts before the cursor; with an offset, the next page would repeat an event.
        grace.create_event(title="new", start_time=in_hours(0.5), end_time=in_hours(99))
        if not (cursor := page["next_cursor"]):
            break

    assert listed == [str(hour) for hour in range(1, 10)]


def test_a_cursor_still_works_after_its_event_is_deleted(ada):
    events = [
        ada.new_event(title=str(hour), start_time=in_hours(hour), end_time=in_hours(99))
        for hour in range(1, 5)
    ]
    page = ada.get("/v1/events/", params={"limit": 2}).json()
    ada.delete(events[1])

    following = ada.get("/v1/events/", params={"cursor": page["next_cursor"]}).json()

    assert titles(following) == ["3", "4"]


def test_a_page_is_counted_on_request(ada):
    for _ in range(3):
        ada.create_event()

    by_offset = ada.get("/v1/events/", params={"limit": 1}).json()
    uncounted = ada.get("/v1/events/", params={"limit": 1, "offset": 1, "count": "false"}).json()
    cursor = by_offset["next_cursor"]
    by_cursor = ada.get("/v1/events/", params={"limit": 1, "cursor": cursor}).json()
    counted = ada.get("/v1/events/", params={"cursor": cursor, "count": "true"}).json()

    assert (by_offset["count"], counted["count"]) == (3, 3)
    assert (uncounted["count"], by_cursor["count"]) == (None, None)
    assert by_cursor["results"] == uncounted["results"]


def test_links_continue_by_cursor_and_keep_the_filters(ada):
    for number in range(3):
        ada.create_event(title=str(number))
    query = {"limit": 1, "created": "true"}
    cursor = ada.get("/v1/events/", params=query).json()["next_cursor"]

    page = ada.get("/v1/events/", params=query | {"cursor": cursor}).json()
    last = ada.get(page["next"]).json()

    assert "offset" not in page["next"]
    assert "created=true" in page["next"]
    assert titles(last) == ["2"]
    assert (last["next"], last["next_cursor"], last["previous"]) == (None, None, None)


def test_uncounted_pages_have_next_and_previous_links(ada):
    for number in range(3):
        ada.create_event(title=str(number))

    url, listed = "/v1/events/?limit=2&count=false", []
    while url:
        page = ada.get(url).json()
        listed += titles(page)
        url = page["next"]
    assert listed == ["0", "1", "2"]
    assert titles(ada.get(page["previous"]).json()) == ["0", "1"]


def test_attendees_are_paginated_by_cursor(ada, visitor):
    event = ada.new_event()
    people = [visitor.new_member() for _ in range(5)]
    for person in people:
        person.attend(event)

    pages = all_pages(ada, f"{event}attendees/", limit=2)

    listed = [each["id"] for page in pages for each in page["results"]]
    assert listed == [person.id for person in people]


@pytest.mark.parametrize("cursor", ["", "x", "next", "A" * 200, "\0", "ü"])
def test_an_invalid_cursor_is_rejected(ada, cursor):
    response = ada.get("/v1/events/", params={"cursor": cursor})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {"cursor"}


def test_a_cursor_is_valid_only_for_its_own_list_and_order(ada, grace):
    event = ada.new_event()
    ada.create_event()
    for person in (ada, grace):
        person.attend(event)
    of_events = ada.get("/v1/events/", params={"limit": 1}).json()["next_cursor"]
    of_attendees = ada.get(f"{event}attendees/", params={"limit": 1}).json()["next_cursor"]

    for path, query in (
        *(("/v1/events/", {"cursor": of_events, "sort": each}) for each in list(SortParameter)[1:]),
        ("/v1/events/", {"cursor": of_attendees}),
        (f"{event}attendees/", {"cursor": of_events}),
    ):
        response = ada.get(path, params=query)
        assert response.status_code == 422
        assert response.json()["errors"].keys() == {"cursor"}


def test_a_cursor_cannot_be_combined_with_an_offset(ada):
    ada.create_event()
    ada.create_event()
    cursor = ada.get("/v1/events/", params={"limit": 1}).json()["next_cursor"]

    response = ada.get("/v1/events/", params={"cursor": cursor, "offset": 1})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {"offset"}
