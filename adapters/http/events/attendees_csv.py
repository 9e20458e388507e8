"""Attendees as CSV (RFC 4180)."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from adapters.http.requests.fields import in_utc
from application.ports.event_queries import AttendeeView

CSV_TYPE = "text/csv"
COLUMNS = ("id", "username", "registered_at")
# The start of a formula in a spreadsheet (OWASP, CSV injection).
FORMULA = re.compile(r"""["' ]*[=+\-@\t\r\n]""")


def csv_chunks(pages: Iterable[Sequence[AttendeeView]]) -> Iterator[bytes]:
    """One chunk per page; the first starts with the column names."""
    header = [COLUMNS]
    for page in pages:
        yield _lines([*header, *map(_cells, page)])
        header = []


def _cells(attendee: AttendeeView) -> tuple[str, ...]:
    return str(attendee.id), attendee.username or "", in_utc(attendee.registered_at)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(harmless, row) for row in rows)
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """Prefixes a cell that could be a formula with an apostrophe."""
    return f"'{cell}" if FORMULA.match(cell) else cell
