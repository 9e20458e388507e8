"""The iCalendar TEXT type."""

from collections.abc import Mapping

from icalendar import vText

# Everything that a reader could treat as a line break, including vertical tab, form feed, NEL, and
# the Unicode separators.
LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
# TEXT excludes control characters except the tab (RFC 5545 section 3.1).
CONTROLS = [*map(chr, range(0x20)), "\x7f"]
WRITTEN_AS: Mapping[int, str] = str.maketrans(
    dict.fromkeys(CONTROLS, "")
    | {"\t": "\t"}
    | dict.fromkeys(LINE_ENDS, r"\n")
    | {sign: rf"\{sign}" for sign in r"\;,"}
)


class CalendarText(vText):
    """Any text on one line: escaped (RFC 5545 section 3.3.11), without control characters.

    vText keeps control characters and reads the N of `C:\\New` as a line break.
    """

    def to_ical(self) -> bytes:
        return self.replace("\r\n", "\n").translate(WRITTEN_AS).encode()
