"""Search terms of events and searches, independent of PostgreSQL's parser and locale."""

import re
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import category, combining, decimal, normalize

# Increase this when the terms of any text change. `migrate` then recomputes the stored terms.
TERMS_VERSION = 1
# Longer words are truncated. PostgreSQL cannot store a lexeme of 2 KiB.
TERM_MAX_LENGTH = 200

# Letters that Unicode does not decompose, and how to type them on a keyboard without them.
_PLAIN_LETTERS = {
    **dict(zip("ðđɖħıɨłƚøɵŧŋɓƙ", "dddhiillootnbk", strict=True)),
    **{"æ": "ae", "œ": "oe", "þ": "th"},
}
# Combining classes of the vowel points of Hebrew and Arabic, and of accents above, below and around
# letters (Unicode Standard, table 4-3). Other marks, such as the vowels of Indic scripts and Thai,
# distinguish words.
_ACCENTS = {*range(10, 37), *range(200, 241)}
# Unicode classifies these as letters, but they are used as apostrophes, which separate words.
_APOSTROPHES = re.compile("[\u02b9-\u02bf\u02c8\u02ee\ua78b\ua78c]")
# Ignored within a word: format characters, variation selectors, the Arabic tatweel.
_IGNORED = re.compile(
    "[\u034f\u0640\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Scripts written without spaces (Thai, Lao, Myanmar, Khmer, Tai, Balinese, Javanese, Kana,
# Bopomofo, Han, Yi, Tangut), and emoji.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f\u2190-\u2bff"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua000-\ua4cf\ua980-\ua9ff\uaa60-\uaadf\uf900-\ufaff\U00016fe0-\U00018dff"
    "\U0001aff0-\U0001b2ff\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_ASCII_WORDS = re.compile("[a-z0-9]+")


def terms_of(*texts: str) -> set[str]:
    """The terms of an event's texts."""
    return {term for text in texts for run in _runs(text) for term in _indexed(run)}


def searched_terms(text: str) -> list[str]:
    """The prefixes that must match terms of an event, without duplicates."""
    terms = sorted({term for run in _runs(text) for term in _searched(run)})
    # "te" is redundant if there is "tea". When sorted, it directly precedes such a term.
    return [term for term, following in pairwise([*terms, ""]) if not following.startswith(term)]


def _indexed(run: str) -> Iterator[str]:
    """A word, or the overlapping pairs of unspaced text and its last character."""
    if _IS_UNSPACED.match(run):
        yield from (run[start : start + 2] for start in range(len(run)))
    else:
        yield run[:TERM_MAX_LENGTH]


def _searched(run: str) -> Iterator[str]:
    if len(run) > 1 and _IS_UNSPACED.match(run):
        yield from (run[start : start + 2] for start in range(len(run) - 1))
    else:
        yield run[:TERM_MAX_LENGTH]


def _runs(text: str) -> list[str]:
    """Words of letters and digits without case and accents, and runs of unspaced text."""
    if text.isascii():
        return _ASCII_WORDS.findall(text.lower())
    return [run for word in _folded(text).split() for run in _RUNS.findall(word)]


def _folded(text: str) -> str:
    """Text in NFKC without case and accents; spaces replace all but letters, digits and emoji."""
    decomposed = normalize("NFKD", text).casefold()
    replacements = {ord(character): _replacement(character) for character in set(decomposed)}
    return normalize("NFC", decomposed.translate(replacements))


def _replacement(character: str) -> str:
    kind = category(character)
    if kind == "Cf" or _IGNORED.match(character) or combining(character) in _ACCENTS:
        return ""
    if kind == "Nd":
        return str(decimal(character))
    is_letter = kind[0] in "LN" or kind in ("Mn", "Mc")
    is_emoji = kind == "So" and _IS_UNSPACED.match(character)
    is_word = (is_letter or is_emoji) and not _APOSTROPHES.match(character)
    return _PLAIN_LETTERS.get(character, character) if is_word else " "
