"""Finding events by what they are: words, type, creator, seats, ends, in any order."""

import pytest

from adapters.http.events.list_query import SortParameter
from tests.contract.search_examples import FOUND, NOT_FOUND
from tests.e2e.client import in_hours


def test_a_search_finds_words_by_their_beginnings(ada):
    ada.published(title="Node.js evening", description="Bring tea.")
    ada.published(title="Node and js", description="100% tea, 1000 cups")

    assert ada.listed(search="nod EVEN") == ["Node.js evening"]
    assert ada.listed(search="node.js") == ["Node.js evening"]
    assert ada.listed(search="tea") == ["Node.js evening", "Node and js"]
    assert ada.listed(search="100%") == ["Node and js"]
    assert ada.listed(search="00") == ada.listed(search="coffee") == []


@pytest.mark.parametrize("examples", [FOUND, NOT_FOUND], ids=["found", "not found"])
def test_any_text_can_be_sought_over_http(ada, examples):
    titles = {text: ada.published(title=text) for _, text in examples}

    for search, text in examples:
        page = ada.get("/v1/events/", params={"search": search, "limit": 100}).json()
        found = {f"/v1/events/{event['id']}/" for event in page["results"]}
        assert (titles[text] in found) == (examples is FOUND), (search, text)
        assert page["count"] == len(found)


@pytest.mark.parametrize(
    "search",
    [
        "'",
        "\\",
        "'; DROP TABLE events; --",
        "%s%(x)s%%",
        "{0}",
        "&|!()<->:*",
        "tea & !",
        "\x01\x7f",
        "\u200b",
        "\u0301",
        "½",
        "Ⅷ",
        "ﬁ",
        "İ",
        "ΟΔΟΣ.",
        "\U0010ffff",
        "a " * 100,
        "☕" * 200,
        "'" * 200,
        "\\" * 200,
    ],
    ids=ascii,
)
def test_an_odd_search_that_finds_nothing_is_a_plain_empty_page(ada, search):
    ada.published(title="Tea")

    page = ada.get("/v1/events/", params={"search": search}).json()

    assert (page["count"], page["results"], page["next_cursor"]) == (0, [], None)


@pytest.mark.parametrize("search", ["", " ", "\t\n", "\u3000"])
def test_a_search_without_words_is_ignored(ada, search):
    ada.published(title="Tea")

    assert ada.listed(search=search) == ["Tea"]


@pytest.mark.parametrize("search", ["x" * 201, " " * 201])
def test_a_search_that_is_too_long_is_an_error(ada, search):
    response = ada.get("/v1/events/", params={"search": search})

    assert response.status_code == 422
    assert response.json()["errors"] == {"search": ["Must be at most 200 characters."]}


def test_an_edit_is_found_at_once_by_its_new_words_alone(ada):
    event = ada.published(title="Tea", description="A cup")
    ada.patch(event, title="Coffee")

    assert ada.listed(search="tea") == []
    assert ada.listed(search="coffee cup") == ["Coffee"]
    ada.delete(event)
    assert ada.listed(search="coffee") == []


def test_the_new_filters_combine_and_false_is_the_complement(ada, grace):
    full = ada.published(title="full tea", capacity=1, type="social")
    ada.published(title="tea", capacity=1, type="social", end_time=in_hours(30))
    grace.published(title="her tea", type="workshop")
    grace.attend(full)

    assert ada.listed(available="false") == ["full tea"]
    assert ada.listed(available="true") == ["tea", "her tea"]
    assert ada.listed(type="social") == ["full tea", "tea"]
    assert ada.listed(type="workshop", search="tea") == ["her tea"]
    assert ada.listed(creator=grace.username.upper()) == ["her tea"]
    assert ada.listed(creator=grace.username, type="social") == []
    assert ada.listed(creator="nobody") == []
    assert ada.listed(ends_after=in_hours(29)) == ["tea"]
    assert ada.listed(ends_before=in_hours(29), available="true") == ["her tea"]
    assert ada.listed(search="tea", attending="false", created="true", sort="-title") == [
        "tea",
        "full tea",
    ]
    grace.cancel(full)
    assert ada.listed(available="false") == []


def test_a_creator_is_found_by_the_present_name(ada):
    ada.published(title="mine")
    before, after = ada.username, ada.username.replace("ada", "lovelace")
    ada.http.patch("/v1/profile/", json={"username": after})

    assert ada.listed(creator=after) == ["mine"]
    assert ada.listed(creator=before) == []


def test_an_order_is_by_what_it_names(ada, grace):
    for title, seats in (("beta", 0), ("Alpha", 2), ("gamma", 1)):
        event = ada.published(title=title)
        for person in (ada, grace)[:seats]:
            person.attend(event)

    assert ada.listed(sort="title") == ["Alpha", "beta", "gamma"]
    assert ada.listed(sort="-title") == ["gamma", "beta", "Alpha"]
    assert ada.listed(sort="created_at") == ["beta", "Alpha", "gamma"]
    assert ada.listed(sort="-created_at") == ["gamma", "Alpha", "beta"]
    assert ada.listed(sort="attendees_count") == ["beta", "gamma", "Alpha"]
    assert ada.listed(sort="-attendees_count") == ["Alpha", "gamma", "beta"]


def test_the_document_tells_what_can_be_asked(document):
    parameters = {
        each["name"]: each
        for each in document.document["paths"]["/v1/events/"]["get"]["parameters"]
    }

    for name, parameter in parameters.items():
        assert parameter["description"], name
    assert parameters["search"]["schema"]["maxLength"] == 200
    schemas = document.document["components"]["schemas"]
    assert set(schemas["EventSort"]["enum"]) == set(map(str, SortParameter))
    assert "workshop" in schemas["EventType"]["enum"]
