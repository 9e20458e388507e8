"""A request on its way, understood as far as it takes to see whether it is whole."""

import re

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine

from adapters.http.admission import BODY_READ_BYTES
from entrypoints.server.chunks import CRLF, FIELDS_MAX_BYTES, LINE_MAX_BYTES, Chunks
from entrypoints.server.refused_requests import BodyTooLarge

# Chunks of a few bytes make a body many times as long as what it holds.
CHUNKED_MAX_BYTES = 2 * BODY_READ_BYTES
# Whoever reads a chunked body that is too long asks for a little more than shows it.
ENOUGH_BYTES = BODY_READ_BYTES + 4096
FIELD = re.compile(
    rb"\r\n(content-length|transfer-encoding|expect):[ \t]*([^\r\n]*)", re.IGNORECASE
)
LENGTH = re.compile(rb"0*[0-9]{1,18}")


class IncomingRequest:
    """The bytes of one request, and of what may follow it.

    What is wrong with it is for the parser to say. Once it can't become sound, or more of it
    would not change the answer, it is ready for the parser, although it is not whole.
    """

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.has_head = False
        self.is_ready = False
        self.is_whole = False
        self.awaits_word = False  # that it may send its body
        self._end = 0  # of the head; with a body of known length, of the request
        self._chunks: Chunks | None = None

    def add(self, received: bytes) -> None:
        """Raises LimitRequestLine, LimitRequestHeaders or BodyTooLarge."""
        searched = max(0, len(self.buffer) - 3)
        self.buffer += received
        if not self.has_head:
            self._find_head(searched)
        if self.has_head and not self.is_ready:
            self._find_end()

    def add_end(self) -> None:
        """The client sends no more."""
        self.is_ready = bool(self.buffer)

    def _find_head(self, searched: int) -> None:
        end = self.buffer.find(CRLF + CRLF, searched)
        if (end if end >= 0 else len(self.buffer)) > FIELDS_MAX_BYTES:
            raise LimitRequestHeaders("The headers are too long.")
        if end >= 0:
            self.has_head = True
            self._end = end + 4
            self._read_fields(bytes(self.buffer[:end]))
            return
        if len(self.buffer) > LINE_MAX_BYTES and CRLF not in self.buffer:
            raise LimitRequestLine(len(self.buffer), LINE_MAX_BYTES)
        # No line of a head ends otherwise, so this one will never be sound.
        self.is_ready = self.buffer.count(b"\n") > self.buffer.count(CRLF)

    def _read_fields(self, head: bytes) -> None:
        fields = [
            (name.lower(), value.strip(b" \t").lower()) for name, value in FIELD.findall(head)
        ]
        lengths = [value for name, value in fields if name == b"content-length"]
        codings = [value for name, value in fields if name == b"transfer-encoding"]
        expectations = [value for name, value in fields if name == b"expect"]
        if len(lengths) + len(codings) > 1 or expectations not in ([], [b"100-continue"]):
            self.is_ready = True
        elif codings:
            self.is_ready = codings[0].rpartition(b",")[2].strip(b" \t") != b"chunked"
            self._chunks = Chunks(self._end)
        elif lengths:
            length = int(lengths[0]) if LENGTH.fullmatch(lengths[0]) else None
            self.is_ready = length is None or length > BODY_READ_BYTES
            self._end += length or 0
        # RFC 9110 section 10.1.1: in HTTP/1.0 nobody waits for it.
        self.awaits_word = bool(expectations) and b" HTTP/1.0\r\n" not in head

    def _find_end(self) -> None:
        if self._chunks is None:
            self.is_whole = self.is_ready = len(self.buffer) >= self._end
            return
        self._chunks.look(self.buffer)
        self.is_whole = self._chunks.is_whole
        self.is_ready = (
            self.is_whole or self._chunks.is_malformed or self._chunks.content_bytes >= ENOUGH_BYTES
        )
        if not self.is_ready and len(self.buffer) - self._end > CHUNKED_MAX_BYTES:
            raise BodyTooLarge
