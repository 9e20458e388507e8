"""Rules for text that other users see.

The character sets are written for character classes of regular expressions. The OpenAPI document
uses them, too.
"""

import re

from domain.errors import Invalid

CONTROL = r"\u0000-\u001f\u007f-\u009f"
LINE_BREAK = r"\u2028\u2029"  # in addition to those in CONTROL
CONTROL_EXCEPT_TEXT = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"  # tab, LF, CR are text
# Default_Ignorable_Code_Point (Unicode Standard section 5.21), and the Braille blank.
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
# Those with longer code points: ECMAScript needs a flag for them, so no pattern has them.
LONG_IGNORABLE = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
VISIBLE = rf"[^\s{CONTROL}{IGNORABLE}{LONG_IGNORABLE}]"

# Opening bidirectional controls and what closes them (UAX 9 section 2).
POP_FORMATTING, POP_ISOLATE = "\u202c", "\u2069"
CLOSED_BY = dict.fromkeys("\u202a\u202b\u202d\u202e", POP_FORMATTING) | dict.fromkeys(
    "\u2066\u2067\u2068", POP_ISOLATE
)
BIDI_CONTROL = re.compile(f"[{''.join(CLOSED_BY)}{POP_FORMATTING}{POP_ISOLATE}]")


def require_line(field: str, text: str) -> None:
    """Raises Invalid for invisible text, and for text that affects how surrounding text looks."""
    if re.search(f"[{CONTROL}{LINE_BREAK}]", text):
        raise Invalid(field, "Must not contain control characters or line breaks.")
    if not re.search(VISIBLE, text):
        raise Invalid(field, "Must contain a visible character.")
    if not _is_balanced(text):
        raise Invalid(field, "Bidirectional control characters must be closed in order.")


def require_lines(field: str, text: str) -> None:
    """Raises Invalid for control characters other than tabs and line breaks."""
    if re.search(f"[{CONTROL_EXCEPT_TEXT}]", text):
        raise Invalid(field, "Must not contain control characters other than tabs and line breaks.")


def _is_balanced(text: str) -> bool:
    """Whether bidirectional embeddings, overrides, and isolates are closed, innermost first."""
    expected: list[str] = []
    for control in BIDI_CONTROL.findall(text):
        if control in CLOSED_BY:
            expected.append(CLOSED_BY[control])
        elif not expected or expected.pop() != control:
            return False
    return not expected
