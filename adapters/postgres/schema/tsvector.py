"""The tsvector of an event, as the search index stores it."""

from typing import Any

from sqlalchemy import ColumnElement, func, null, text
from sqlalchemy.sql.selectable import FromClause

# A character class for regular expressions of both PostgreSQL and Python: punctuation of ASCII and
# Latin-1, typographical, mathematical and CJK symbols, arrows, emoji.
SYMBOLS = (
    "!-/:-@[-`{-~"
    r"\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2010-\u206f\u20a0-\u20cf\u2116\u2122\u2190-\u24b5\u24ea-\u2bff"
    r"\u3001-\u3003\u3008-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)


# Literals, because the expression must be identical to that of the index.
SIMPLE = text("'simple'::regconfig")
SYMBOL, NO_SYMBOLS = text(f"'[{SYMBOLS}]'"), text(f"'[^{SYMBOLS}]+'")
EMPTY, SPACE, GLOBAL = text("''"), text("' '"), text("'g'")


def text_of(source: FromClause) -> ColumnElement[str]:
    """The searchable text of an event."""
    return source.c.title.concat(SPACE).concat(source.c.description)


def tsvector_of(source: FromClause) -> ColumnElement[Any]:
    """The words of an event in lower case, and each of its symbols.

    Symbols separate words. PostgreSQL's parser would treat `node.js`, `a/b` and `-5` as one token,
    so that their parts are not found, and would drop symbols from the index.
    """
    full_text = text_of(source)
    words = func.to_tsvector(SIMPLE, func.regexp_replace(full_text, SYMBOL, SPACE, GLOBAL))
    symbols = func.regexp_replace(full_text, NO_SYMBOLS, EMPTY, GLOBAL)
    return words.concat(func.array_to_tsvector(func.string_to_array(symbols, null())))
