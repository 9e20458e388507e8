from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from marshmallow import ValidationError

from adapters.http.pagination.cursors import cursor_of, position_of
from application.pages import Cursor
from tests.builders import NOON

ID = UUID("01997a60-5a80-7000-8000-000000000002")


@pytest.mark.parametrize(
    "instant",
    [
        NOON.replace(microsecond=1),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_time_cursor_is_decoded(instant):
    position = Cursor(instant, ID)

    assert position_of(cursor_of(position, "start_time"), "start_time") == position


@pytest.mark.parametrize("number", [0, 1, -1, 1_000_000, 2**63 - 1, -(2**63)])
def test_a_number_cursor_is_decoded(number):
    position = Cursor(number, ID)
    cursor = cursor_of(position, "attendees_count")

    assert position_of(cursor, "attendees_count", int) == position


@pytest.mark.parametrize("title", ["Tea", "title", "-title", "☕ Zoë 👩‍🚀", "'\"\\%_", "x" * 200])
def test_a_text_cursor_is_decoded(title):
    position = Cursor(title, ID)

    assert position_of(cursor_of(position, "title"), "title", str) == position


ORDERS: dict[str, Any] = {
    "start_time": NOON,
    "-created_at": NOON,
    "attendees_count": 3,
    "-attendees_count": 3,
    "title": "tea",
    "-title": "tea",
}


@pytest.mark.parametrize("expected_order", ORDERS)
def test_a_cursor_is_valid_only_for_its_order(expected_order):
    for order, value in ORDERS.items():
        if order != expected_order:
            with pytest.raises(ValidationError):
                position_of(
                    cursor_of(Cursor(value, ID), order),
                    expected_order,
                    type(ORDERS[expected_order]),
                )


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "next",
        "ünïcode",
        "A" * 5000,
        encode(b"start_time"),
        encode(b"\x7f" * 24 + b"start_time"),  # far beyond year 9999
        encode(b"\x80" + b"\0" * 23 + b"start_time"),
        encode(b"\0" * 24 + b"start_time") + "=",
        cursor_of(Cursor(NOON, ID), "start_time") + "A",
        cursor_of(Cursor(NOON, ID), "start_time")[:-1],
        " " + cursor_of(Cursor(NOON, ID), "start_time"),
        cursor_of(Cursor(NOON, ID), "start_time") + "\n",
    ],
)
def test_an_invalid_time_cursor_is_rejected(text):
    with pytest.raises(ValidationError):
        position_of(text, "start_time")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        encode(b"title"),
        encode(ID.bytes),
        encode(ID.bytes + b"title"),
        encode(ID.bytes + b"tea" + b"title"),
        encode(ID.bytes[1:] + b"\0title"),
        encode(ID.bytes + b"te\0a\0title"),  # texts have no NUL
        encode(ID.bytes + b"\xff\0title"),
        encode(ID.bytes + b"\xed\xa0\x80\0title"),  # half of a surrogate pair
        encode(ID.bytes + b"\xc1\xa1\0title"),  # an overlong encoding of `a`
        cursor_of(Cursor("tea", ID), "title") + "A",
        cursor_of(Cursor("tea", ID), "title")[:-1],
    ],
)
def test_an_invalid_text_cursor_is_rejected(text):
    with pytest.raises(ValidationError):
        position_of(text, "title", str)
