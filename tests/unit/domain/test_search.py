import pytest

from domain.errors import Invalid
from domain.events.search import Search


def test_words_are_separated_by_white_space():
    assert Search.of("  node.js\t100%\n'tea'\u3000☕ ").words == ("node.js", "100%", "'tea'", "☕")


def test_repeated_words_are_searched_once():
    assert Search.of("tea for tea").words == ("tea", "for")


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0\u3000"])
def test_white_space_alone_is_no_search(text):
    assert Search.of(text) is None


def test_a_search_has_up_to_200_characters_and_is_not_trimmed():
    assert Search.of("x" * 200).words == ("x" * 200,)
    with pytest.raises(Invalid, match="200"):
        Search.of(" " + "x" * 200)
