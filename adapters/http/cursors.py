"""Positions in a list as opaque texts."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marshmallow import ValidationError

from application.pages import Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE = struct.Struct(">q16s")  # microseconds since the epoch, and the id


def cursor_of(position: Position, order: str) -> str:
    """`order` names what the list is ordered by: the cursor is good for that alone."""
    place = PLACE.pack((position.instant - EPOCH) // MICROSECOND, position.id.bytes)
    return urlsafe_b64encode(place + order.encode()).decode().rstrip("=")


def position_of(cursor: str, order: str) -> Position:
    """Raises ValidationError for a text that `cursor_of` did not make for this order."""
    with suppress(ValueError, OverflowError, struct.error):
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[: PLACE.size]
        microseconds, id_bytes = PLACE.unpack(place)
        position = Position(EPOCH + microseconds * MICROSECOND, UUID(bytes=id_bytes))
        # Decoding forgives much: what it took must be what is made.
        if cursor_of(position, order) == cursor:
            return position
    raise ValidationError("Is no cursor of this list in this order.", "cursor")
