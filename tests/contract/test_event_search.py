"""What a search finds: examples, and texts that hypothesis makes up."""

import os
from string import punctuation
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import DESCRIPTION_MAX_LENGTH, Description, Title
from domain.events.search import SEARCH_MAX_LENGTH, Search
from domain.events.terms import terms_of
from tests.builders import NOON, a_user, an_event
from tests.contract.search_examples import FOUND, NOT_FOUND


def cases(examples):
    return pytest.mark.parametrize(
        ("search", "text"), examples, ids=[f"{s!a} in {t!a}"[:60] for s, t in examples]
    )


@pytest.fixture
def storage(storage_in_each_way):
    return storage_in_each_way


@pytest.fixture
def found(storage):
    return found_in(storage)


def found_in(storage):
    """A function that publishes events and says which of them a search finds."""

    def search_for(search, texts, sort=EventSort.SOONEST_FIRST, **filters):
        creator = a_user(f"ada-{uuid4().hex}")
        events = [
            an_event(creator_id=creator.id, title=Title(title), description=Description(text))
            for title, text in texts
        ]
        storage.keep(creator, *events)
        criteria = EventCriteria(search=Search.of(search), sort=sort, **filters)
        page = storage.events.find(criteria, PageRequest(10_000), Caller(creator.id), NOON)
        ids = {view.id for view in page.results}
        assert page.count == len(ids)
        return [event.id in ids for event in events]

    return search_for


@cases(FOUND)
def test_it_is_found(found, search, text):
    assert found(search, [(text, ""), ("Zzz", text)]) == [True, True]


@cases(NOT_FOUND)
def test_it_is_not_found(found, search, text):
    assert found(search, [(text, ""), ("Zzz", text)]) == [False, False]


def test_words_may_be_in_title_and_description(found):
    assert found("tea cup", [("Tea", "Bring a cup."), ("Tea", ""), ("Two", "cups")]) == [
        True,
        False,
        False,
    ]


def test_a_word_does_not_run_from_the_title_into_the_description(found):
    assert found("teacup", [("Tea", "cup")]) == [False]


@pytest.mark.parametrize("sort", EventSort)
def test_every_sort_order_finds_the_same_events(found, sort):
    texts = [("Tea", ""), ("Coffee", ""), ("Coffee", "and tea")]

    assert found("te", texts, sort) == [True, False, True]
    assert found("te", texts, sort, created=True) == [True, False, True]
    assert found("te", texts, sort, attending=True) == [False, False, False]


def test_the_longest_possible_word_can_be_indexed(found):
    assert found("tea", [("Tea", "x" * 10_000), ("Zzz", f"{'x' * 9_996} tea")]) == [True, True]


LONG = {
    "as many terms as possible": "".join(map(chr, range(0x4E00, 0x4E00 + DESCRIPTION_MAX_LENGTH))),
    "words of maximum length": " ".join(f"{n:02}{'𐐨' * 198}" for n in range(49)),
    "characters that stand for many": "\ufdfa" * DESCRIPTION_MAX_LENGTH,
}


@pytest.mark.parametrize("description", LONG.values(), ids=LONG)
def test_any_description_of_maximum_length_can_be_indexed(found, description):
    assert found("tea", [("Tea", description)]) == [True]


def test_a_search_of_maximum_length_is_found(found):
    text = "".join(map(chr, range(0x4E00, 0x4E00 + SEARCH_MAX_LENGTH)))
    words = " ".join(chr(ord("a") + n % 26) + str(n) for n in range(50))

    assert found(text, [("Tea", text), ("Tea", text[:-1])]) == [True, False]
    assert found(words, [("Tea", words), ("Tea", words[:-1])]) == [True, False]


CHARACTERS = (
    "abABéÉe\u0301ñßłŁдД日本語かき\u3099ก้าहि12३ \t\n\u00a0’'€☕🇩🇪–“”…²½、・！" + punctuation
)
TEXTS = st.text(CHARACTERS, max_size=12)


@st.composite
def searches(draw, texts):
    """Parts of the texts, so that something is found, and others."""
    whole = " ".join(map(" ".join, texts))
    begin = draw(st.integers(0, len(whole)))
    part = whole[begin : begin + draw(st.integers(1, 6))]
    search = draw(st.sampled_from([part, part.swapcase(), draw(TEXTS)]))
    return search if terms_of(search) else "a"


@st.composite
def questions(draw):
    titles = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
    texts = draw(st.lists(st.tuples(titles, TEXTS), min_size=1, max_size=4))
    return draw(searches(texts)), texts


@given(question=questions())
@settings(
    max_examples=int(os.environ.get("SEARCH_EXAMPLES", "100")),
    derandomize="SEARCH_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.parametrize("storage", ["postgres", "postgres, by scan"], indirect=True)
def test_postgres_and_the_fake_agree_on_any_text(storage, question):
    search, texts = question

    results = found_in(storage)(search, texts)

    assert results == [Search.of(search).matches(terms_of(t, d)) for t, d in texts]
