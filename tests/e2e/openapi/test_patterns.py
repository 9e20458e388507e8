"""Where the document tells a rule by a pattern, it is the rule that holds."""

import pytest
from jsonschema_rs import ValidationError

TITLES = ["x", " x ", "x" * 200, " " * 300 + "x" * 200 + "\u2003" * 300, "\x1fa\x1f", "a\u00a0b"]
NO_TITLES = ["", "   ", "\x1f", "\x85\u2028", "x" * 201, "x" + " " * 199 + "x", "a\0b"]
TITLE = "/components/schemas/NewEvent/properties/title"


@pytest.mark.parametrize("text", TITLES)
def test_a_title_of_the_pattern_is_taken(document, ada, text):
    document.validate(text, TITLE)

    assert ada.publish(title=text).status_code == 201


@pytest.mark.parametrize("text", NO_TITLES)
def test_a_title_beyond_the_pattern_is_refused(document, ada, text):
    with pytest.raises(ValidationError):
        document.validate(text, TITLE)

    assert ada.publish(title=text).status_code == 422
