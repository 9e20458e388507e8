"""What a client accepts (RFC 9110 section 12.5.1), of what an operation can answer."""

from functools import lru_cache, wraps
from typing import Any, cast

from flask import g
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_accept_header

from adapters.http.current import current_request
from adapters.http.decorator import View

# Where a view says which media types its answers can have, the usual one first.
PRODUCES = "produces"
# Clients send few: what the text of a header meant is kept, of so many.
REMEMBERED_HEADERS = 256
# What some clients send for any type.
STAR = "*"


def negotiated(view: View) -> View:
    """The view; but where Accept admits none of its media types it refuses, reading nothing."""
    produced: tuple[str, ...] = getattr(view, PRODUCES, ())
    if not produced:
        return view

    @wraps(view)
    def negotiate(*args: Any, **kwargs: Any) -> Any:
        accepted = _best(current_request().environ.get("HTTP_ACCEPT", ""), produced)
        if accepted is None:
            raise NotAcceptable(not_acceptable(produced))
        g.media_type = accepted
        return view(*args, **kwargs)

    return cast(View, negotiate)


def media_type() -> str:
    """The media type, of those that the operation can answer, that the client likes best."""
    chosen: str = g.media_type
    return chosen


def not_acceptable(produced: tuple[str, ...]) -> str:
    """What one who is refused can ask for instead (RFC 9110 section 15.5.7)."""
    return f"The answer is {' or '.join(produced)}, which the Accept header does not admit."


@lru_cache(REMEMBERED_HEADERS)
def _best(accept: str, produced: tuple[str, ...]) -> str | None:
    """A header in which nothing can be understood is like none: anything is welcome."""
    ranges = parse_accept_header(accept, MIMEAccept)
    if not ranges:
        return produced[0]
    return MIMEAccept((_type(text), quality) for text, quality in ranges).best_match(produced)


def _type(media_range: str) -> str:
    """Without parameters, by which no two types here are told apart."""
    text = media_range.partition(";")[0].strip()
    return "*/*" if text == STAR else text
