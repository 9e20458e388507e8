"""Full-text search in SQL, and its bind parameters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.schema.tsvector import SIMPLE, SYMBOLS, text_of, tsvector_of
from domain.events.search import Search

SYMBOL = re.compile(f"[{SYMBOLS}]")
# A single token to PostgreSQL's parser. `1e5x` is not: it is a number, then `x`.
PLAIN_WORD = re.compile(r"(?!.*\d[eE]\d)[A-Za-z0-9]+", re.ASCII)

LONGEST_WORD = bindparam("longest_word", type_=Text)
LITERALS = bindparam("literals", type_=ARRAY(Text))
# A subquery, so that the planner does not see a constant. Its statistics only cover the most common
# words: for a constant it would scan events in order to find a word that occurs once, and compute
# every tsvector for a word that occurs in most events. For a subquery it uses the index.
QUERY = select(
    func.to_tsquery(SIMPLE, bindparam("lexemes", type_=Text)).op("&&")(
        cast(bindparam("symbols", type_=Text), TSQUERY)
    )
).scalar_subquery()


@dataclass(frozen=True)
class SearchKey:
    """The part of a search that determines the SQL text."""

    is_indexed: bool  # whether the index can narrow the search
    has_literals: bool

    @classmethod
    def of(cls, search: Search) -> "SearchKey":
        is_indexed = any(any(_parts(word)) or any(_symbols(word)) for word in search.words)
        return cls(is_indexed, any(map(_is_literal, search.words)))


def search_values(search: Search) -> dict[str, Any]:
    return {
        "lexemes": " & ".join(part for word in search.words for part in _parts(word)),
        "symbols": " & ".join(_quoted(each) for word in search.words for each in _symbols(word)),
        "literals": [word for word in search.words if _is_literal(word)],
        "longest_word": max(search.words, key=len),
    }


def matches_tsquery(source: FromClause) -> ColumnElement[bool]:
    """Whether an event matches the part of the search that the index covers."""
    return tsvector_of(source).bool_op("@@")(QUERY)


def contains_literals(source: FromClause) -> ColumnElement[bool]:
    """Whether an event contains each word that the index covers only in part."""
    word = func.unnest(LITERALS).column_valued("word")
    contains_all = func.bool_and(_contains(source, word))
    return select(contains_all).correlate(source).scalar_subquery()


def contains_longest_word(source: FromClause) -> ColumnElement[bool]:
    """Ten times as fast as checking all words; rules out most events."""
    return _contains(source, LONGEST_WORD)


def _contains(source: FromClause, word: ColumnElement[str]) -> ColumnElement[bool]:
    position = func.strpos(func.lower(text_of(source)), func.lower(word))
    return position > literal_column("0")


def _parts(word: str) -> Iterator[str]:
    """Lexemes between the symbols of a word; the last one is a prefix."""
    *whole, last = SYMBOL.split(word)
    yield from (_quoted(part) for part in whole if _has_letters(part))
    if _has_letters(last):
        yield f"{_quoted(last)}:*"


def _symbols(word: str) -> Iterator[str]:
    """The symbols that the index covers: those without upper and lower case."""
    return (each for each in SYMBOL.findall(word) if each.lower() == each.upper())


def _is_literal(word: str) -> bool:
    """Whether an event may contain the parts and symbols of a word but not the word."""
    is_symbol = len(word) == 1 and any(_symbols(word))
    return not is_symbol and not PLAIN_WORD.fullmatch(word)


def _has_letters(part: str) -> bool:
    """Letters or digits; PostgreSQL's parser ignores anything else."""
    return any(map(str.isalnum, part))


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", r"\\").replace("'", "''")
    return f"'{escaped}'"
