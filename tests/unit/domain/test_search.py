import pytest

from domain.errors import Invalid
from domain.events.search import Search
from domain.events.terms import terms_of
from tests.contract.search_examples import PUNCTUATION


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0\u3000"])
def test_white_space_alone_is_no_search(text):
    assert Search.of(text) is None


@pytest.mark.parametrize("text", PUNCTUATION, ids=ascii)
def test_punctuation_alone_is_rejected(text):
    with pytest.raises(Invalid, match="letter, digit, or emoji"):
        Search.of(text)
    assert terms_of(text) == set()


def test_a_search_has_up_to_200_characters_and_is_not_trimmed():
    assert Search.of("x" * 200) == Search(("x" * 200,))
    with pytest.raises(Invalid, match="200"):
        Search.of(" " + "x" * 200)


def test_repeated_terms_and_prefixes_of_others_are_searched_once():
    assert Search.of("tea for te TEA").terms == ("for", "tea")


def test_text_without_spaces_has_overlapping_pairs_and_ends_with_its_last_character():
    assert terms_of("Python勉強会 3") == {"python", "勉強", "強会", "会", "3"}
    assert Search.of("勉強会").terms == ("勉強", "強会")
    assert Search.of("会").terms == ("会",)


def test_terms_do_not_span_texts():
    assert terms_of("tea", "cup") == {"tea", "cup"}
    assert terms_of("勉", "強") == {"勉", "強"}


@pytest.mark.parametrize("text", ["x" * 10_000, "\ufdfa" * 10_000, "𐐨" * 10_000])
def test_terms_fit_into_a_lexeme_of_postgresql(text):
    assert all(len(term.encode()) < 2048 for term in terms_of(text))
