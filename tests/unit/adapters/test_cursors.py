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
def test_a_cursor_leads_back_to_its_position(instant):
    position = Cursor(instant, ID)

    assert position_of(cursor_of(position, "start_time"), "start_time") == position


@pytest.mark.parametrize("number", [0, 1, -1, 1_000_000, 2**63 - 1, -(2**63)])
def test_a_cursor_of_numbers_leads_back_to_its_position(number):
    position = Cursor(number, ID)
    cursor = cursor_of(position, "attendees_count")

    assert position_of(cursor, "attendees_count", int) == position


@pytest.mark.parametrize("title", ["Tea", "title", "-title", "☕ Zoë 👩‍🚀", "'\"\\%_", "x" * 200])
def test_a_cursor_of_texts_leads_back_to_its_position(title):
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


@pytest.mark.parametrize("asked", ORDERS)
def test_a_cursor_is_of_one_order(asked):
    for order, value in ORDERS.items():
        if order != asked:
            with pytest.raises(ValidationError):
                position_of(cursor_of(Cursor(value, ID), order), asked, type(ORDERS[asked]))


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "next",
        "ünïcode",
        "A" * 5000,
        encoded(b"start_time"),
        encoded(b"\x7f" * 24 + b"start_time"),  # far beyond year 9999
        encoded(b"\x80" + b"\0" * 23 + b"start_time"),
        encoded(b"\0" * 24 + b"start_time") + "=",
        cursor_of(Cursor(NOON, ID), "start_time") + "A",
        cursor_of(Cursor(NOON, ID), "start_time")[:-1],
        " " + cursor_of(Cursor(NOON, ID), "start_time"),
        cursor_of(Cursor(NOON, ID), "start_time") + "\n",
    ],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(ValidationError):
        position_of(text, "start_time")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        encoded(b"title"),
        encoded(ID.bytes),
        encoded(ID.bytes + b"title"),
        encoded(ID.bytes + b"tea" + b"title"),
        encoded(ID.bytes[1:] + b"\0title"),
        encoded(ID.bytes + b"te\0a\0title"),  # no text of ours has a NUL
        encoded(ID.bytes + b"\xff\0title"),
        encoded(ID.bytes + b"\xed\xa0\x80\0title"),  # half of a surrogate pair
        encoded(ID.bytes + b"\xc1\xa1\0title"),  # an `a`, longer than need be
        cursor_of(Cursor("tea", ID), "title") + "A",
        cursor_of(Cursor("tea", ID), "title")[:-1],
    ],
)
def test_any_other_text_is_refused_in_an_order_by_texts(text):
    with pytest.raises(ValidationError):
        position_of(text, "title", str)
