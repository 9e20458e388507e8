"""Streamed responses."""

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile

from flask import Response, request

BLOCK = 64 * 1024


def streamed(chunks: Iterator[bytes], content_type: str, headers: dict[str, str]) -> Response:
    """A response that is never complete in memory.

    If a chunk raises, the server closes the connection without the last chunk, so that the client
    knows the response is incomplete (RFC 9112 section 8). HTTP/1.0 cannot signal that: there the
    response is written to a file first.
    """
    if request.environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        return _measured(chunks, content_type, headers)
    return Response(chunks, headers=headers, content_type=content_type)


def _measured(chunks: Iterator[bytes], content_type: str, headers: dict[str, str]) -> Response:
    """Through a temporary file, to send the length first."""
    file = TemporaryFile()  # noqa: SIM115  # closed with the response
    try:
        file.writelines(chunks)
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    response = Response(iter(partial(file.read, BLOCK), b""), headers=headers)
    response.content_type = content_type
    response.content_length = length
    response.call_on_close(file.close)
    return response
