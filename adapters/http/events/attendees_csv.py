"""Attendees as CSV (RFC 4180)."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from adapters.http.responses.json import in_utc
from application.ports.event_queries import AttendeeView

CSV_TYPE = "text/csv"
COLUMNS = ("id", "username", "registered_at")
# Cells that a spreadsheet would convert: formulas (OWASP, CSV injection), numbers, dates, booleans,
# and names of months followed by a number.
CONVERTED = re.compile(
    r"""["' ]*([=+\-@\t\r\n]|\.?\d|(true|false)$"""
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-.]?\d+$)",
    re.IGNORECASE,
)


def csv_chunks(pages: Iterable[Sequence[AttendeeView]]) -> Iterator[bytes]:
    """One chunk per page; the first starts with the column names."""
    header = [COLUMNS]
    for page in pages:
        yield _lines([*header, *map(_cells, page)])
        header = []


def _cells(attendee: AttendeeView) -> tuple[str, ...]:
    username = as_text(attendee.username or "")
    return str(attendee.id), username, in_utc(attendee.registered_at)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def as_text(cell: str) -> str:
    """Prefix the cell with an apostrophe if a spreadsheet would convert it."""
    return f"'{cell}" if CONVERTED.match(cell) else cell
