from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from marshmallow import ValidationError

from adapters.http.cursors import cursor_of, position_of
from application.pages import Position
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
    position = Position(instant, ID)

    assert position_of(cursor_of(position, "start_time"), "start_time") == position


def test_a_cursor_is_of_one_order():
    cursor = cursor_of(Position(NOON, ID), "start_time")

    with pytest.raises(ValidationError):
        position_of(cursor, "-start_time")


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
        cursor_of(Position(NOON, ID), "start_time") + "A",
        cursor_of(Position(NOON, ID), "start_time")[:-1],
        " " + cursor_of(Position(NOON, ID), "start_time"),
        cursor_of(Position(NOON, ID), "start_time") + "\n",
    ],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(ValidationError):
        position_of(text, "start_time")
