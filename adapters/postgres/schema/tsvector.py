"""What of its texts an event is found by, as PostgreSQL keeps it in an index."""

from typing import Any

from sqlalchemy import ColumnElement, func, null, text
from sqlalchemy.sql.selectable import FromClause

# A range of characters for the regular expressions of PostgreSQL and of Python, which read it
# alike: punctuation of ASCII, of Latin-1, of typography, mathematics and CJK, arrows, emoji.
SYMBOLS = (
    "!-/:-@[-`{-~"
    r"\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2010-\u206f\u20a0-\u20cf\u2116\u2122\u2190-\u24b5\u24ea-\u2bff"
    r"\u3001-\u3003\u3008-\u3020\u30fb"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)


# Constants in the statement as in the index: PostgreSQL must see that both are the same.
SIMPLE = text("'simple'::regconfig")
SYMBOL, NO_SYMBOLS = text(f"'[{SYMBOLS}]'"), text(f"'[^{SYMBOLS}]+'")
NOTHING, SPACE, EVERYWHERE = text("''"), text("' '"), text("'g'")


def text_of(source: FromClause) -> ColumnElement[str]:
    """All that is searched of an event."""
    return source.c.title.concat(SPACE).concat(source.c.description)


def tsvector_of(source: FromClause) -> ColumnElement[Any]:
    """The words of an event in lower case, and beside them each symbol in it.

    Words end at symbols here. PostgreSQL's parser would take `node.js`, `a/b` and `-5` for one, and
    nobody would find what is in them; and it leaves out symbols, which would have no index then.
    """
    whole = text_of(source)
    words = func.to_tsvector(SIMPLE, func.regexp_replace(whole, SYMBOL, SPACE, EVERYWHERE))
    symbols = func.regexp_replace(whole, NO_SYMBOLS, NOTHING, EVERYWHERE)
    return words.concat(func.array_to_tsvector(func.string_to_array(symbols, null())))
