"""The size of pages in bytes is limited."""

import pytest
from sqlalchemy import text

from adapters.http.pagination import page as pages
from tests.e2e.client import in_hours
from tests.e2e.pagination.pages import all_pages


def titles(page):
    return [event["title"] for event in page["results"]]


@pytest.fixture
def ada_with_large_events(ada, monkeypatch):
    """Nine events, of which three fit on a page; the first and the last are small."""
    monkeypatch.setattr(pages, "PAGE_MAX_BYTES", 32_000)
    for number in range(9):
        length = 1 if number in (0, 8) else 9_500
        start, end = in_hours(number + 1), in_hours(99)
        ada.new_event(title=str(number), description="x" * length, start_time=start, end_time=end)
    return ada


@pytest.mark.parametrize("query", [{}, {"count": "false"}, {"sort": "-start_time"}])
def test_following_next_by_offset_returns_all_events(ada_with_large_events, query):
    ada, listed, lengths = ada_with_large_events, [], []
    page = ada.get("/v1/events/", params={"limit": 100, **query}).json()
    while True:
        listed += titles(page)
        lengths.append(len(page["results"]))
        if not page["next"]:
            break
        page = ada.get(page["next"]).json()

    assert sorted(listed) == listed[:: -1 if "sort" in query else 1] == [*"012345678"]
    assert lengths == [4, 3, 2]


def test_following_previous_returns_all_events(ada_with_large_events):
    ada, backwards = ada_with_large_events, []
    page = ada.get("/v1/events/", params={"limit": 100}).json()
    while page["next"]:
        page = ada.get(page["next"]).json()
    while page["previous"]:
        page = ada.get(page["previous"]).json()
        backwards = titles(page) + backwards

    assert set(backwards) >= {*"0123456"}
    assert backwards[0] == "0"


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize("sort", ["start_time", "-start_time", "title", "-created_at"])
def test_following_cursors_returns_all_events(ada_with_large_events, limit, sort):
    listed = all_pages(ada_with_large_events, limit=limit, sort=sort)

    found = [title for page in listed for title in titles(page)]
    assert found == ([*"876543210"] if sort.startswith("-") else [*"012345678"])
    assert max(len(page["results"]) for page in listed) == min(limit, 4)
    assert {page["count"] for page in listed} == {9, None}


def test_an_event_larger_than_a_page_has_a_page_of_its_own(ada_with_large_events, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_MAX_BYTES", 100)

    listed = all_pages(ada_with_large_events, limit=100)

    assert [titles(page) for page in listed] == [[title] for title in "012345678"]


def test_a_page_of_the_longest_events_has_up_to_1_mib(ada, engine):
    """Events with control characters come from before the rule against them."""
    for _ in range(20):
        ada.new_event()
    with engine.begin() as connection:
        connection.execute(text("UPDATE events SET description = repeat(chr(1), 10000)"))

    listed = [ada.get("/v1/events/", params={"limit": 100})]
    listed.append(ada.get(listed[0].json()["next"]))

    assert [len(page.json()["results"]) for page in listed] == [17, 3]
    assert all(len(page.content) <= 1024 * 1024 + 1000 for page in listed)
