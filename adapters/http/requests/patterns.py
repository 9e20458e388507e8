"""Patterns of text, for the OpenAPI document."""

from domain.text import CONTROL, CONTROL_EXCEPT_TEXT, IGNORABLE, LINE_BREAK

# Whitespace as Python defines it; \s of other regex engines covers less.
BLANK = r"\s\u001c-\u001f\u0085"


def line_pattern(max_length: int) -> str:
    """The pattern of a line of text. It cannot check that bidirectional controls are closed."""
    inner = rf"[^{CONTROL}{LINE_BREAK}]"
    outer = rf"[^{BLANK}{CONTROL}]"
    has_visible = rf"(?=[\s\S]*[^\s{CONTROL}{IGNORABLE}])"
    return rf"^{has_visible}[{BLANK}]*{outer}({inner}{{0,{max_length - 2}}}{outer})?[{BLANK}]*$"


def lines_pattern(max_length: int) -> str:
    """The pattern of a text that can have tabs and line breaks."""
    inner, outer = rf"[^{CONTROL_EXCEPT_TEXT}]", rf"[^{BLANK}{CONTROL_EXCEPT_TEXT}]"
    return rf"^[{BLANK}]*{outer}({inner}{{0,{max_length - 2}}}{outer})?[{BLANK}]*$"
