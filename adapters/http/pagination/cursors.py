"""Positions in a list as opaque texts."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marshmallow import ValidationError

from application.pages import Cursor, SortValue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE = struct.Struct(">q16s")  # a number, or microseconds since the epoch; and the id
ID_SIZE = 16


def cursor_of(position: Cursor, order: str) -> str:
    """`order` names what the list is ordered by: the cursor is good for that alone."""
    value, item_id = position
    if isinstance(value, datetime):
        place = PLACE.pack((value - EPOCH) // MICROSECOND, item_id.bytes)
    elif isinstance(value, int):
        place = PLACE.pack(value, item_id.bytes)
    else:
        # NUL, which no text here has, lets none end in what looks like another order.
        place = item_id.bytes + value.encode() + b"\0"
    return urlsafe_b64encode(place + order.encode()).decode().rstrip("=")


def position_of(cursor: str, order: str, kind: type[SortValue] = datetime) -> Cursor:
    """The position, whose value is of the order's kind.

    Raises ValidationError for a text that `cursor_of` did not make for this order.
    """
    with suppress(ValueError, OverflowError, struct.error):
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = _text_position(place) if kind is str else _number_position(place, kind)
        # Decoding forgives much: what it took must be what is made.
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
