"""The documented patterns accept the same texts as the service.

The exception is unclosed bidirectional controls, which a pattern cannot reject.
"""

import pytest
from jsonschema_rs import ValidationError

LINES = [
    "x",
    " x ",
    " " * 300 + "x" * 200 + "\u2003" * 300,
    "\x1fa\x1f",
    "a\u00a0b",
    "\u200bx\u200b",
    "👩\u200d🚀",
    "\u202ex\u202c",
]
INVALID_LINES = ["a\0b", "a\x1bb", "a\tb", "a\u2028b", "\u200b", " \u2800 \ufe0f"]
INVALID_TITLES = ["", "   ", "\x1f", "\x85\u2028", "x" * 201, "x" + " " * 199 + "x"]
INVALID_LOCATIONS = ["x" * 301, "x" + " " * 299 + "x"]
VALID = [
    *(("title", text) for text in [*LINES, "x" * 200]),
    *(("location", text) for text in [*LINES, "x" * 300, "", " \x85 "]),
    *(("description", text) for text in ["", "a\tb\r\nc", "\u200b", "x" * 10_000]),
]
INVALID = [
    *(("title", text) for text in INVALID_LINES + INVALID_TITLES),
    *(("location", text) for text in INVALID_LINES + INVALID_LOCATIONS),
    *(("description", text) for text in ["\0", "\x0b", "\x1b", "\x85", "x" * 10_001]),
]


REASONS = ["", " \x85 ", "x", " x\n\ty ", "\u200b", " " * 300 + "x" * 1_000 + "\u2003" * 300]
INVALID_REASONS = ["\0", "a\x0bb", "a\x85b", "x" * 1_001, "x" + " " * 999 + "x"]


def schema_of(field):
    return f"/components/schemas/NewEvent/properties/{field}"


@pytest.mark.parametrize(("field", "text"), VALID)
def test_a_text_that_matches_is_accepted(document, ada, field, text):
    document.validate(text, schema_of(field))

    assert ada.create_event(**{field: text}).status_code == 201


@pytest.mark.parametrize(("field", "text"), INVALID)
def test_a_text_that_does_not_match_is_rejected(document, ada, field, text):
    with pytest.raises(ValidationError):
        document.validate(text, schema_of(field))

    assert ada.create_event(**{field: text}).status_code == 422


REASON = "/components/schemas/CallOffEvent/properties/reason"


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_that_matches_is_accepted(document, ada, text):
    document.validate(text, REASON)

    assert ada.call_off(ada.new_event(), reason=text).status_code == 200


@pytest.mark.parametrize("text", INVALID_REASONS)
def test_a_reason_that_does_not_match_is_rejected(document, ada, text):
    with pytest.raises(ValidationError):
        document.validate(text, REASON)

    assert ada.call_off(ada.new_event(), reason=text).status_code == 422
