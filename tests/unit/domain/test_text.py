"""What titles, locations and descriptions may contain."""

import sys
from unicodedata import category

import pytest

from domain.errors import Invalid
from domain.events.description import Description, Location, Title

LINES = pytest.mark.parametrize("line", [Title, Location])


@LINES
@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\u200b \u2060\ufeff",
        "\u00ad",
        "\ufe0f",
        "\u3164",
        "\u2800",
        "\u200e\u200f",
        "\U000e0041",
        "\u202e\u202c",
    ],
    ids=ascii,
)
def test_a_line_needs_a_visible_character(line, text):
    with pytest.raises(Invalid, match="visible"):
        line(text)


@LINES
@pytest.mark.parametrize("code_point", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029])
def test_a_line_cannot_contain_control_characters_or_line_breaks(line, code_point):
    with pytest.raises(Invalid, match="control characters"):
        line(f"Tea{chr(code_point)}time")


@LINES
@pytest.mark.parametrize(
    "text",
    [
        "\u202egnp.exe",
        "\u202atea",
        "\u202btea",
        "\u202dtea",
        "\u2066tea",
        "\u2067tea",
        "\u2068tea",
        "tea\u202c",
        "tea\u2069",
        "\u2067\u202etea\u2069\u202c",
        "\u2067tea\u202c",
        "\u202e\u202etea\u202c",
    ],
    ids=ascii,
)
def test_bidirectional_controls_are_closed_in_order(line, text):
    with pytest.raises(Invalid, match="Bidirectional"):
        line(text)


@LINES
@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🚀 and ☕\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "ന\u0d4d\u200d",
        "\u2067\u202eשלום\u202c\u2069 tea",
        "\u200eשלום\u200f",
        "e\u0301",
        "🫨",
        "\ue000",
    ],
    ids=ascii,
)
def test_a_line_can_contain_joiners_selectors_and_closed_bidirectional_controls(line, text):
    assert line(text) == text


def test_every_letter_number_and_symbol_is_visible():
    invisible = set()
    for character in map(chr, range(sys.maxunicode + 1)):
        if category(character)[0] in "LNPS":
            try:
                Title(character)
            except Invalid:
                invisible.add(character)

    # Hangul fillers and the Braille blank.
    assert invisible == set("\u115f\u1160\u3164\uffa0\u2800")


def test_a_description_can_contain_tabs_and_line_breaks():
    text = "Tea:\tgreen\r\n\u202eblack\n\u2028\u2029\u200b"

    assert Description(text) == text


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9b"]
)
def test_a_description_cannot_contain_other_control_characters(character):
    with pytest.raises(Invalid, match="control characters"):
        Description(f"Tea{character}time")
