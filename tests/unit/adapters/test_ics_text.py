"""Any event text results in a valid iCalendar file (RFC 5545) without extra properties."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http.calendars.ics import event_file
from tests.unit.adapters.ics_files import EVENTS, an_entry, parse, unfold

# contentline and TEXT of RFC 5545 section 3.1, after unfolding, with the property names used here.
CONTENT_LINE = re.compile(r"[A-Z-]+(;[A-Z]+=[A-Z]+)?:[^\x00-\x08\x0a-\x1f\x7f]*")
TEXT = re.compile(r"(?:[^\x00-\x08\x0a-\x1f\x7f\\;,]|\\[\\;,nN])*")
LINES_PER_EVENT = 20  # with COMMENT


@pytest.mark.parametrize("name", ["title", "description", "location", "cancellation_reason"])
@pytest.mark.parametrize(
    "text",
    [
        "X\r\nATTENDEE:mailto:evil@example.org",
        "X\nATTENDEE:mailto:evil@example.org",
        "X\rATTENDEE:mailto:evil@example.org",
        "X\u2028ATTENDEE:mailto:evil@example.org",
        "X\r\n END:VEVENT\r\n",
        "X\\\r\nATTENDEE:mailto:evil@example.org",
        "X\\",
        *map(chr, range(1, 0x20)),
        "\x7f",
        "\x85",
        "\u2028\u2029",
    ],
    ids=ascii,
)
def test_texts_cannot_add_lines(name, text):
    entry = an_entry(**{"cancellation_reason": "No milk.", name: f"a{text}b"})

    lines = unfold(event_file(entry, EVENTS))

    assert len(lines) == LINES_PER_EVENT
    assert all(CONTENT_LINE.fullmatch(line) for line in lines)
    assert not any(line.startswith("ATTENDEE") for line in lines)
    # However a parser splits lines.
    assert len("\r\n".join(lines).splitlines()) == LINES_PER_EVENT


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("one\u2028two\u2029three", "one\ntwo\nthree"),
        ("be\x07ll", "bell"),
        ("a\tb", "a\tb"),
        (r"C:\New\next, and; so: \\server", r"C:\New\next, and; so: \\server"),
        ("☕ Zoë 👩‍🚀" * 40, "☕ Zoë 👩‍🚀" * 40),
    ],
)
def test_texts_are_parsed_back_correctly(text, parsed):
    event = parse(event_file(an_entry(title=text, description=text, location=text), EVENTS))

    assert {str(event[name]) for name in ("SUMMARY", "DESCRIPTION", "LOCATION")} == {parsed}


any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(any_text)
def test_any_text_is_escaped_correctly(text):
    entry = an_entry(title=text, description=text * 9, cancellation_reason=f"No {text}")

    lines = unfold(event_file(entry, EVENTS))

    assert len(lines) == LINES_PER_EVENT
    for line in lines:
        assert CONTENT_LINE.fullmatch(line)
        name, _, value = line.partition(":")
        if name in ("SUMMARY", "DESCRIPTION", "COMMENT"):
            assert TEXT.fullmatch(value)


@given(any_text)
def test_no_line_is_longer_than_75_octets(text):
    """RFC 5545 section 3.1."""
    file = event_file(an_entry(title=text * 5), EVENTS)

    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    for line in file.split(b"\r\n"):
        line.decode()  # no character is split
