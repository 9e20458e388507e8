"""Searching, filtering and sorting events."""

import pytest

from adapters.http.events.list_query import SortParameter
from tests.contract.search_examples import FOUND, NOT_FOUND, PUNCTUATION
from tests.e2e.client import in_hours


def test_a_search_matches_the_beginnings_of_words(ada):
    ada.new_event(title="Node.js evening", description="Bring tea.")
    ada.new_event(title="Node and js", description="100% tea, 1000 cups")

    assert ada.event_titles(search="nod EVEN") == ["Node.js evening"]
    assert ada.event_titles(search="node.js") == ["Node.js evening", "Node and js"]
    assert ada.event_titles(search="tea") == ["Node.js evening", "Node and js"]
    assert ada.event_titles(search="100%") == ["Node and js"]
    assert ada.event_titles(search="00") == ada.event_titles(search="coffee") == []


@pytest.mark.parametrize("examples", [FOUND, NOT_FOUND], ids=["found", "not found"])
def test_any_text_can_be_searched(ada, examples):
    titles = {text: ada.new_event(title=text) for _, text in examples}

    for search, text in examples:
        page = ada.get("/v1/events/", params={"search": search, "limit": 100}).json()
        found = {f"/v1/events/{event['id']}/" for event in page["results"]}
        assert (titles[text] in found) == (examples is FOUND), (search, text)
        assert page["count"] == len(found)


@pytest.mark.parametrize("search", PUNCTUATION, ids=ascii)
def test_a_search_for_punctuation_alone_is_rejected(ada, search):
    response = ada.get("/v1/events/", params={"search": search})

    assert response.status_code == 422
    assert response.json()["errors"] == {"search": ["Must contain a letter, digit, or emoji."]}


@pytest.mark.parametrize("search", ["a " * 100, "☕" * 200, "日本" * 100, "½", "Ⅷ", "İ", "ΟΔΟΣ."])
def test_a_search_for_any_other_text_returns_a_page(ada, search):
    ada.new_event(title="Tea")

    page = ada.get("/v1/events/", params={"search": search}).json()

    assert (page["count"], page["results"], page["next_cursor"]) == (0, [], None)


@pytest.mark.parametrize("search", ["", " ", "\t\n", "\u3000"])
def test_a_blank_search_is_ignored(ada, search):
    ada.new_event(title="Tea")

    assert ada.event_titles(search=search) == ["Tea"]


@pytest.mark.parametrize("search", ["x" * 201, " " * 201])
def test_a_search_that_is_too_long_is_rejected(ada, search):
    response = ada.get("/v1/events/", params={"search": search})

    assert response.status_code == 422
    assert response.json()["errors"] == {"search": ["Must be at most 200 characters."]}


def test_an_updated_event_is_found_only_by_its_new_words(ada):
    event = ada.new_event(title="Tea", description="A cup")
    ada.patch(event, title="Coffee")

    assert ada.event_titles(search="tea") == []
    assert ada.event_titles(search="coffee cup") == ["Coffee"]
    ada.delete(event)
    assert ada.event_titles(search="coffee") == []


def test_filters_combine_and_false_is_the_complement_of_true(ada, grace):
    full_event = ada.new_event(title="full tea", capacity=1, type="social")
    ada.new_event(title="tea", capacity=1, type="social", end_time=in_hours(30))
    grace.new_event(title="her tea", type="workshop")
    grace.attend(full_event)

    assert ada.event_titles(available="false") == ["full tea"]
    assert ada.event_titles(available="true") == ["tea", "her tea"]
    assert ada.event_titles(type="social") == ["full tea", "tea"]
    assert ada.event_titles(type="workshop", search="tea") == ["her tea"]
    assert ada.event_titles(creator=grace.username.upper()) == ["her tea"]
    assert ada.event_titles(creator=grace.username, type="social") == []
    assert ada.event_titles(creator="nobody") == []
    assert ada.event_titles(ends_after=in_hours(29)) == ["tea"]
    assert ada.event_titles(ends_before=in_hours(29), available="true") == ["her tea"]
    assert ada.event_titles(search="tea", attending="false", created="true", sort="-title") == [
        "tea",
        "full tea",
    ]
    grace.cancel(full_event)
    assert ada.event_titles(available="false") == []


def test_creators_are_found_by_their_current_username(ada):
    ada.new_event(title="mine")
    old_name, new_name = ada.username, ada.username.replace("ada", "lovelace")
    ada.http.patch("/v1/profile/", json={"username": new_name})

    assert ada.event_titles(creator=new_name) == ["mine"]
    assert ada.event_titles(creator=old_name) == []


def test_events_are_sorted_by_each_field(ada, grace):
    for title, seats in (("beta", 0), ("Alpha", 2), ("gamma", 1)):
        event = ada.new_event(title=title)
        for person in (ada, grace)[:seats]:
            person.attend(event)

    assert ada.event_titles(sort="title") == ["Alpha", "beta", "gamma"]
    assert ada.event_titles(sort="-title") == ["gamma", "beta", "Alpha"]
    assert ada.event_titles(sort="created_at") == ["beta", "Alpha", "gamma"]
    assert ada.event_titles(sort="-created_at") == ["gamma", "Alpha", "beta"]
    assert ada.event_titles(sort="attendees_count") == ["beta", "gamma", "Alpha"]
    assert ada.event_titles(sort="-attendees_count") == ["Alpha", "gamma", "beta"]


def test_the_document_describes_every_filter(document):
    parameters = {
        each["name"]: each for each in document.spec["paths"]["/v1/events/"]["get"]["parameters"]
    }

    for name, parameter in parameters.items():
        assert parameter["description"], name
    assert parameters["search"]["schema"]["maxLength"] == 200
    schemas = document.spec["components"]["schemas"]
    assert set(schemas["EventSort"]["enum"]) == set(map(str, SortParameter))
    assert "workshop" in schemas["EventType"]["enum"]


def test_a_list_that_would_sort_too_many_events_is_rejected(container, ada, monkeypatch):
    monkeypatch.setattr(container.event_queries(), "_max_sorted", 2)
    titles = ["meetup", "other", "social"]
    for title in titles:
        ada.new_event(title=title, type=title)

    response = ada.get("/v1/events/", params={"sort": "-attendees_count"})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "too_many_matches"
    assert problem["errors"].keys() == {"sort"}
    assert "would have to read too many events" in problem["detail"]
    for title in titles:
        assert ada.event_titles(sort="-attendees_count", type=title) == [title]
