"""What is found, told in examples, and by texts that nobody thought of."""

import os
from string import punctuation
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.events import statements
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria, EventSort
from domain.events.description import Description, Title
from domain.events.search import Search
from tests.builders import NOON, a_user, an_event
from tests.contract.search_examples import FOUND, NOT_FOUND
from tests.fakes.memory_search import finds


def cases(examples):
    return pytest.mark.parametrize(
        ("search", "text"), examples, ids=[f"{s!a} in {t!a}"[:60] for s, t in examples]
    )


@pytest.fixture(params=["memory", "postgres", "postgres, by the index"])
def storage(request, monkeypatch):
    """PostgreSQL finds a page in two ways."""
    name, _, by_the_index = request.param.partition(", ")
    if by_the_index:
        monkeypatch.setattr(statements, "SCAN_FACTOR", 0)
    return request.getfixturevalue(f"{name}_storage")


@pytest.fixture
def answers(storage):
    return asking(storage)


def asking(storage):
    """Asks for a search in new events: which of them are found?"""

    def ask(search, texts, sort=EventSort.SOONEST_FIRST):
        creator = a_user(f"ada-{uuid4().hex}")
        events = [
            an_event(creator_id=creator.id, title=Title(title), description=Description(text))
            for title, text in texts
        ]
        storage.keep(creator, *events)
        criteria = EventCriteria(search=Search.of(search), created=True, sort=sort)
        page = storage.events.find(criteria, PageRequest(10), Caller(creator.id), NOON)
        found = {view.id for view in page.results}
        assert page.count == len(found)
        return [event.id in found for event in events]

    return ask


@cases(FOUND)
def test_it_is_found(answers, search, text):
    assert answers(search, [(text, ""), ("Zzz", text)]) == [True, True]


@cases(NOT_FOUND)
def test_it_is_not_found(answers, search, text):
    assert answers(search, [(text, ""), ("Zzz", text)]) == [False, False]


def test_words_may_be_in_title_and_description(answers):
    assert answers("tea cup", [("Tea", "Bring a cup."), ("Tea", ""), ("Two", "cups")]) == [
        True,
        False,
        False,
    ]


def test_a_word_does_not_run_from_the_title_into_the_description(answers):
    assert answers("teacup", [("Tea", "cup")]) == [False]


@pytest.mark.parametrize("sort", EventSort)
def test_any_order_finds_the_same(answers, sort):
    assert answers("te", [("Tea", ""), ("Coffee", ""), ("Coffee", "and tea")], sort) == [
        True,
        False,
        True,
    ]


def test_the_longest_word_of_a_description_breaks_nothing(answers):
    assert answers("tea", [("Tea", "x" * 10_000), ("Zzz", f"{'x' * 9_996} tea")]) == [True, True]


# No letter whose lower case depends on its neighbours, and no `e` between digits.
CHARACTERS = "abABéÉñßдД日本語12३ \t\n\u00a0" + punctuation + "€☕–“”…²½、・！"
TEXTS = st.text(CHARACTERS, max_size=12)


@st.composite
def searches(draw, texts):
    """Parts of the texts, so that something is found, and others."""
    whole = " ".join(map(" ".join, texts))
    begin = draw(st.integers(0, len(whole)))
    part = whole[begin : begin + draw(st.integers(1, 6))]
    search = draw(st.sampled_from([part, part.swapcase(), draw(TEXTS)]))
    return search if search.strip() else "a"


@st.composite
def questions(draw):
    titles = TEXTS.filter(str.strip)
    texts = draw(st.lists(st.tuples(titles, TEXTS), min_size=1, max_size=4))
    return draw(searches(texts)), texts


@given(question=questions())
@settings(
    max_examples=int(os.environ.get("SEARCH_EXAMPLES", "100")),
    derandomize="SEARCH_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.parametrize("storage", ["postgres", "postgres, by the index"], indirect=True)
def test_any_text_is_found_as_the_fake_finds_it(storage, question):
    search, texts = question

    answers = asking(storage)(search, texts)

    assert answers == [finds(Search.of(search), Title(t), d) for t, d in texts]
