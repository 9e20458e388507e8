import csv
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.http.events.attendees_csv import as_text, csv_chunks
from application.ports.event_queries import AttendeeView
from tests.builders import NOON

ADA, GRACE = UUID(int=1), UUID(int=2)


def table(*pages):
    return b"".join(csv_chunks(pages)).decode()


def test_each_attendee_is_a_row_below_the_header():
    pages = [
        [AttendeeView(ADA, "ada", NOON)],
        [AttendeeView(GRACE, None, NOON.replace(microsecond=5))],
    ]

    assert table(*pages) == (
        "id,username,registered_at\r\n"
        f"{ADA},ada,2030-05-17T12:00:00Z\r\n"
        f"{GRACE},,2030-05-17T12:00:00.000005Z\r\n"
    )


def test_an_empty_table_has_a_header():
    assert table([]) == "id,username,registered_at\r\n"


def test_times_are_in_utc():
    registered_at = datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))

    assert table([AttendeeView(ADA, "ada", registered_at)]).endswith(",2029-12-31T23:00:00Z\r\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
@pytest.mark.parametrize("before", ["", " ", "   ", '"', "'", ' "'])
def test_a_possible_formula_is_prefixed_with_an_apostrophe(sign, before):
    cell = f"{before}{sign}SUM(A1)"

    assert as_text(cell) == f"'{cell}"
    [_, row] = csv.reader(StringIO(table([AttendeeView(ADA, cell, NOON)]), newline=""))
    assert row[1] == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    [
        *("00123", "1-2", "1e5", "1E5", "1.5", ".5", "12345678901234567", "2030-05-17", "1.5.2030"),
        *("12-may", "may-5", "MARCH1", "sept.2030", "Dec31", "jan-2030", "true", "FALSE"),
    ],
)
def test_a_number_date_or_boolean_is_prefixed_with_an_apostrophe(cell):
    [_, row] = csv.reader(StringIO(table([AttendeeView(ADA, cell, NOON)]), newline=""))

    assert row[1] == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    [
        *("", "ada", "a=b", "a+b@example.org", " ada", '"ada"', "ada99", "e5", "x-1"),
        *("may", "mary", "marc-1-2", "decider", "trueman", "untrue", "a.1"),
    ],
)
def test_any_other_text_is_unchanged(cell):
    assert as_text(cell) == cell


def test_ids_and_times_are_unchanged():
    row = table([AttendeeView(ADA, "ada", NOON)]).splitlines()[1]

    assert row == f"{ADA},ada,2030-05-17T12:00:00Z"


@example(["'@"])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_stays_in_one_cell(names):
    views = [AttendeeView(ADA, name, datetime(2030, 1, 1, tzinfo=UTC)) for name in names]

    rows = list(csv.reader(StringIO(table(views), newline="")))

    assert len(rows) == len(names) + 1
    for row, name in zip(rows[1:], names, strict=True):
        assert row[1] in (name, f"'{name}")
    assert {len(row) for row in rows} == {3}


def test_chunks_are_produced_lazily():
    pages_read = []

    def pages():
        for number in range(3):
            pages_read.append(number)
            yield [AttendeeView(UUID(int=number), "ada", NOON)]

    chunks = csv_chunks(pages())
    next(chunks)

    assert pages_read == [0]
