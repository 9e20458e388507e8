"""Text as iCalendar has it."""

from collections.abc import Mapping

from icalendar import vText

# What any reader might take for the end of a line: vertical tab, form feed, NEL, and the
# separators of lines and paragraphs.
LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
# CONTROL (RFC 5545 section 3.1) is no character of TEXT; the tab is white space.
CONTROLS = [*map(chr, range(0x20)), "\x7f"]
WRITTEN_AS: Mapping[int, str] = str.maketrans(
    dict.fromkeys(CONTROLS, "")
    | {"\t": "\t"}
    | dict.fromkeys(LINE_ENDS, r"\n")
    | {sign: rf"\{sign}" for sign in r"\;,"}
)


class CalendarText(vText):
    """Any text, on one line: escaped (RFC 5545 section 3.3.11), and without what TEXT can't hold.

    The library's own keeps control characters, and takes the N of `C:\\New` for the end of a line.
    """

    def to_ical(self) -> bytes:
        return self.replace("\r\n", "\n").translate(WRITTEN_AS).encode()
