"""What a search means, without an index.

PostgreSQL differs where its parser sees more than words: in `1e5x` it reads a number, and `x` as
a word of its own. Its locale decides what the lower case of a letter is, and which marks of
other scripts part words. Before such marks, and control characters, it takes the beginning of a
word for a word.
"""

from itertools import groupby
from unicodedata import category

from domain.events.search import Search


def finds(search: Search, title: str, description: str) -> bool:
    text = f"{title} {description}".lower()
    words = set(_runs(text))
    return all(word in text and _begins_words(word, words) for word in map(str.lower, search.words))


def _begins_words(word: str, words: set[str]) -> bool:
    """Whether the letters at its end begin a word, and all before other characters are one."""
    *whole, last = [*_runs(word), ""] if not _is_of_words(word[-1]) else _runs(word)
    is_begun = not last or any(each.startswith(last) for each in words)
    return is_begun and words.issuperset(whole)


def _runs(text: str) -> list[str]:
    """The longest runs of letters and digits."""
    return ["".join(run) for is_word, run in groupby(text, _is_of_words) if is_word]


def _is_of_words(character: str) -> bool:
    """Letters, marks on them, and digits; other numbers, as in ½ and 3², are not."""
    kind = category(character)
    return kind[0] in "LM" or kind in ("Nd", "Nl")
