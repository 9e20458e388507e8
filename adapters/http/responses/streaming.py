"""Long answers, sent while they are made."""

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile

from flask import Response, request

BLOCK = 64 * 1024


def streamed(chunks: Iterator[bytes], content_type: str, headers: dict[str, str]) -> Response:
    """An answer that is never held whole in memory.

    Where a chunk raises, the server ends the connection without the last chunk, by which the
    client knows that it has not got all (RFC 9112 section 8). In HTTP/1.0, which some proxies
    speak, every end looks the same: there all is made before any of it is sent.
    """
    if request.environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        return _measured(chunks, content_type, headers)
    return Response(chunks, headers=headers, content_type=content_type)


def _measured(chunks: Iterator[bytes], content_type: str, headers: dict[str, str]) -> Response:
    """By way of a file, so that its length can be told first."""
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
