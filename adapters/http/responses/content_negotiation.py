"""Content negotiation by the Accept header (RFC 9110 section 12.5.1)."""

from collections.abc import Sequence

from flask import g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

ANY = ("", "*/*")


def negotiate(produced: Sequence[str]) -> None:
    """Choose one of the media types that a view produces, the default first.

    Raises NotAcceptable.
    """
    media_type = _best_match(produced)
    if media_type is None:
        raise NotAcceptable(not_acceptable(produced))
    g.media_type = media_type


def media_type() -> str:
    """The media type that was chosen."""
    chosen: str = g.media_type
    return chosen


def not_acceptable(produced: Sequence[str]) -> str:
    """Names the available media types (RFC 9110 section 15.5.7)."""
    return f"This endpoint only returns {' or '.join(produced)}."


def _best_match(produced: Sequence[str]) -> str | None:
    if request.environ.get("HTTP_ACCEPT", "") in ANY:
        return produced[0]  # most clients: nothing to parse
    ranges = request.accept_mimetypes
    if not ranges:  # unparsable: as without the header
        return produced[0]
    return MIMEAccept((_type(each), quality) for each, quality in ranges).best_match(produced)


def _type(media_range: str) -> str:
    """Without parameters, which no type here has; some clients send `*` for any type."""
    text = media_range.partition(";")[0].strip()
    return "*/*" if text == "*" else text
