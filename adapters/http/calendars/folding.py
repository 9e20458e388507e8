"""Lines of iCalendar as octets."""

from collections.abc import Iterable

LINE_MAX_OCTETS = 75
FOLD = b"\r\n "
WITHIN_CHARACTER = range(0x80, 0xC0)  # of UTF-8, after its first octet


def folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets (RFC 5545 section 3.1); no character is cut.

    The library goes by characters, and takes ten times as long for a text.
    """
    rest, pieces = line.encode(), []
    start, room = 0, LINE_MAX_OCTETS
    while len(rest) - start > room:
        end = start + room
        while rest[end] in WITHIN_CHARACTER:
            end -= 1
        pieces.append(rest[start:end])
        start, room = end, LINE_MAX_OCTETS - 1  # the space that begins it counts, too
    pieces.append(rest[start:])
    return FOLD.join(pieces)


def on_the_wire(lines: Iterable[str]) -> bytes:
    return b"".join(folded(line) + b"\r\n" for line in lines if line)
