"""The documented title pattern accepts the same titles as the service."""

import pytest
from jsonschema_rs import ValidationError

TITLES = ["x", " x ", "x" * 200, " " * 300 + "x" * 200 + "\u2003" * 300, "\x1fa\x1f", "a\u00a0b"]
INVALID_TITLES = ["", "   ", "\x1f", "\x85\u2028", "x" * 201, "x" + " " * 199 + "x", "a\0b"]
TITLE = "/components/schemas/NewEvent/properties/title"


@pytest.mark.parametrize("text", TITLES)
def test_a_title_that_matches_is_accepted(document, ada, text):
    document.validate(text, TITLE)

    assert ada.create_event(title=text).status_code == 201


@pytest.mark.parametrize("text", INVALID_TITLES)
def test_a_title_that_does_not_match_is_rejected(document, ada, text):
    with pytest.raises(ValidationError):
        document.validate(text, TITLE)

    assert ada.create_event(title=text).status_code == 422
