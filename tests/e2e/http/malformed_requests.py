"""Malformed requests, each with the status that it is rejected with."""

from typing import NamedTuple

LIMIT = 16 * 1024
MIB = 1024 * 1024

GET = b"GET /v1/events/ HTTP/1.1\r\n"
POST = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ACCOUNT = b'{"username": "ada", "password": "correct horse battery"}'


class Malformed(NamedTuple):
    status: int
    request: bytes
    # Where the next request starts is unknown, so the connection must be closed.
    closes_connection: bool = True


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def long_body(excess: int) -> bytes:
    return chunk(ACCOUNT.ljust(LIMIT // 2)) + chunk(b" " * (LIMIT // 2 + excess)) + chunk(b"")


MALFORMED = {
    "no Host": Malformed(400, GET + b"\r\n", closes_connection=False),
    "an empty Host": Malformed(400, GET + b"Host:\r\n\r\n", closes_connection=False),
    "a Host with a space": Malformed(400, GET + b"Host: a b\r\n\r\n", closes_connection=False),
    "a Host with a path": Malformed(400, GET + b"Host: a/b\r\n\r\n", closes_connection=False),
    "two Hosts": Malformed(400, GET + b"Host: a\r\nHost: b\r\n\r\n"),
    "the same Host twice": Malformed(400, GET + b"Host: a\r\nHost: a\r\n\r\n"),
    "a space after the name of a header": Malformed(400, GET + b"Host : a\r\n\r\n"),
    "both lengths": Malformed(
        400, POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"")
    ),
    "both lengths, the other way round": Malformed(
        400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk(b"")
    ),
    "two lengths": Malformed(
        400,
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    ),
    "the same length twice": Malformed(
        400,
        POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    ),
    "a length that is no number": Malformed(400, POST + b"Content-Length: many\r\n\r\n"),
    "a negative length": Malformed(400, POST + b"Content-Length: -1\r\n\r\n"),
    # RFC 9112 section 6.3. Section 6.1 asks for 501, which nginx returns.
    "an unknown coding": Malformed(400, POST + b"Transfer-Encoding: magic\r\n\r\n"),
    "chunks in HTTP/1.0": Malformed(
        400, CHUNKED.replace(b"1.1", b"1.0") + chunk(b"{}") + chunk(b"")
    ),
    "a chunk without a size": Malformed(400, CHUNKED + b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk whose size is no number": Malformed(400, CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk of negative size": Malformed(400, CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n"),
    "a chunk longer than its size": Malformed(400, CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n"),
    "chunks that are too long": Malformed(413, CHUNKED + long_body(1), closes_connection=False),
    "chunks that are much too long": Malformed(413, CHUNKED + long_body(2 * MIB)),
    "a body that is too long": Malformed(413, POST + b"Content-Length: %d\r\n\r\n{}" % (2 * MIB)),
    "a long address": Malformed(414, b"GET /?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    "no HTTP": Malformed(400, b"nonsense\r\n\r\n"),
}
