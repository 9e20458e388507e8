"""Cursors: positions in a list as opaque strings."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marshmallow import ValidationError

from application.pages import Cursor, SortValue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE = struct.Struct(">q16s")  # an integer or microseconds since the epoch, and the id
ID_SIZE = 16


def cursor_of(position: Cursor, order: str) -> str:
    """`order` names the sort order; the cursor is valid only for it."""
    value, item_id = position
    if isinstance(value, datetime):
        place = PLACE.pack((value - EPOCH) // MICROSECOND, item_id.bytes)
    elif isinstance(value, int):
        place = PLACE.pack(value, item_id.bytes)
    else:
        # Texts contain no NUL: it separates the text from the order.
        place = item_id.bytes + value.encode() + b"\0"
    return urlsafe_b64encode(place + order.encode()).decode().rstrip("=")


def position_of(cursor: str, order: str, kind: type[SortValue] = datetime) -> Cursor:
    """The position; `kind` is the type of the sort value.

    Raises ValidationError for a string that `cursor_of` did not return for this order.
    """
    with suppress(ValueError, OverflowError, struct.error):
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = _text_position(place) if kind is str else _number_position(place, kind)
        # Base64 decoding is lenient; only the canonical form is a cursor.
        if cursor_of(position, order) == cursor:
            return position
    raise ValidationError("Not a valid cursor for this list and sort order.", "cursor")


def _number_position(place: bytes, kind: type[SortValue]) -> Cursor:
    number, id_bytes = PLACE.unpack(place[: PLACE.size])
    value = number if kind is int else EPOCH + number * MICROSECOND
    return Cursor(value, UUID(bytes=id_bytes))


def _text_position(place: bytes) -> Cursor:
    text, _, _ = place[ID_SIZE:].partition(b"\0")
    return Cursor(text.decode(), UUID(bytes=place[:ID_SIZE]))
