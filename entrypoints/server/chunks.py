"""Chunked bodies, as far as one must understand them to see where they end."""

import re

SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;.*)?", re.DOTALL)
# Of any line: the first of a request, a field, the size of a chunk.
LINE_MAX_BYTES = 8190
# Of all fields together, before a body or after its last chunk: they are sought through whenever
# more of them comes.
FIELDS_MAX_BYTES = 64 * 1024
CRLF = b"\r\n"


class Chunks:
    """The chunks that begin at a place of a buffer (RFC 9112 section 7.1)."""

    def __init__(self, begin: int) -> None:
        self._next = begin  # the first chunk that was not there whole
        self._bytes_before = 0  # of content
        self.is_whole = False
        self.is_malformed = False
        self.content_bytes = 0  # that are there

    def look(self, buffer: bytearray) -> None:
        """Go on, in a buffer that has grown."""
        while not self._has_ended(buffer):
            pass

    def _has_ended(self, buffer: bytearray) -> bool:
        """Pass one chunk. True where none follows, or it is not there yet."""
        end = buffer.find(CRLF, self._next)
        if end < 0:
            self.is_malformed = len(buffer) - self._next > LINE_MAX_BYTES
            return True
        line = SIZE.fullmatch(buffer, self._next, end)
        if line is None:
            self.is_malformed = True
            return True
        size = int(line[1], 16)
        if size == 0:  # fields may follow; an empty line is the end
            self.is_whole = buffer.find(CRLF + CRLF, end) >= 0
            self.is_malformed = not self.is_whole and len(buffer) - end > FIELDS_MAX_BYTES
            return True
        begin, following = end + len(CRLF), end + len(CRLF) + size + len(CRLF)
        self.content_bytes = self._bytes_before + min(size, len(buffer) - begin)
        if following > len(buffer):
            return True
        self._next, self._bytes_before = following, self._bytes_before + size
        self.is_malformed = not buffer.startswith(CRLF, following - len(CRLF))
        return self.is_malformed
