"""The words of a search as SQL, and as the values that it leaves open."""

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
# What PostgreSQL's parser takes for one word, all but the like of `1e5x`: a number, and then `x`.
PLAIN_WORD = re.compile(r"(?!.*\d[eE]\d)[A-Za-z0-9]+", re.ASCII)

LONGEST_WORD = bindparam("longest_word", type_=Text)
LITERALS = bindparam("literals", type_=ARRAY(Text))
# In a subquery it is no constant for the planner, who knows of all but the most common words only
# that they are less common. It would go through the events in their order for a word that is in
# one of them, and compute the words of all for one that is in most. Not knowing it, it takes the
# index.
QUERY = select(
    func.to_tsquery(SIMPLE, bindparam("lexemes", type_=Text)).op("&&")(
        cast(bindparam("symbols", type_=Text), TSQUERY)
    )
).scalar_subquery()


@dataclass(frozen=True)
class SearchKey:
    """What of a search makes the statement another one."""

    is_indexed: bool  # whether the index knows anything of what is sought
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
    """Whether an event has what the index knows of the search."""
    return tsvector_of(source).bool_op("@@")(QUERY)


def contains_literals(source: FromClause) -> ColumnElement[bool]:
    """Whether an event has each of the words of which the index does not know all."""
    word = func.unnest(LITERALS).column_valued("word")
    contains_all = func.bool_and(_contains(source, word))
    return select(contains_all).correlate(source).scalar_subquery()


def contains_longest_word(source: FromClause) -> ColumnElement[bool]:
    """Told ten times as fast as all: where it is not, there is no need to look further."""
    return _contains(source, LONGEST_WORD)


def _contains(source: FromClause, word: ColumnElement[str]) -> ColumnElement[bool]:
    place = func.strpos(func.lower(text_of(source)), func.lower(word))
    return place > literal_column("0")


def _parts(word: str) -> Iterator[str]:
    """What lies between its symbols: whole words, and the beginning of one at the end."""
    *whole, last = SYMBOL.split(word)
    yield from (_quoted(part) for part in whole if _has_letters(part))
    if _has_letters(last):
        yield f"{_quoted(last)}:*"


def _symbols(word: str) -> Iterator[str]:
    """Its symbols that the index keeps as they are: they have no case."""
    return (each for each in SYMBOL.findall(word) if each.lower() == each.upper())


def _is_literal(word: str) -> bool:
    """Whether an event may have its parts and symbols, and not the word."""
    is_symbol = len(word) == 1 and any(_symbols(word))
    return not is_symbol and not PLAIN_WORD.fullmatch(word)


def _has_letters(part: str) -> bool:
    """Letters or digits; PostgreSQL finds no word in anything else."""
    return any(map(str.isalnum, part))


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", r"\\").replace("'", "''")
    return f"'{escaped}'"
