"""Requests that are barely HTTP, and the status that each is refused with."""

from typing import NamedTuple

MIB = 1024 * 1024

GET = b"GET /v1/events/ HTTP/1.1\r\n"
POST = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ACCOUNT = b'{"username": "ada", "password": "correct horse battery"}'


class Refused(NamedTuple):
    status: int
    request: bytes
    # Whether nobody could tell where a next request would begin.
    is_last: bool = True


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def long_body(excess: int) -> bytes:
    return chunk(ACCOUNT.ljust(MIB // 2)) + chunk(b" " * (MIB // 2 + excess)) + chunk(b"")


REFUSED = {
    "no Host": Refused(400, GET + b"\r\n", is_last=False),
    "an empty Host": Refused(400, GET + b"Host:\r\n\r\n", is_last=False),
    "a Host with a space": Refused(400, GET + b"Host: a b\r\n\r\n", is_last=False),
    "a Host with a path": Refused(400, GET + b"Host: a/b\r\n\r\n", is_last=False),
    "two Hosts": Refused(400, GET + b"Host: a\r\nHost: b\r\n\r\n"),
    "the same Host twice": Refused(400, GET + b"Host: a\r\nHost: a\r\n\r\n"),
    "a space after the name of a header": Refused(400, GET + b"Host : a\r\n\r\n"),
    "both lengths": Refused(
        400, POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"")
    ),
    "both lengths, the other way round": Refused(
        400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk(b"")
    ),
    "two lengths": Refused(
        400,
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    ),
    "the same length twice": Refused(
        400,
        POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    ),
    "a length that is none": Refused(400, POST + b"Content-Length: many\r\n\r\n"),
    "a negative length": Refused(400, POST + b"Content-Length: -1\r\n\r\n"),
    # RFC 9112 section 6.3; section 6.1 would have 501, which is what nginx says.
    "an unknown coding": Refused(400, POST + b"Transfer-Encoding: magic\r\n\r\n"),
    "chunks in HTTP/1.0": Refused(400, CHUNKED.replace(b"1.1", b"1.0") + chunk(b"{}") + chunk(b"")),
    "a chunk without a size": Refused(400, CHUNKED + b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk whose size is none": Refused(400, CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk of negative size": Refused(400, CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n"),
    "a chunk longer than its size": Refused(400, CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n"),
    "chunks that are too long": Refused(413, CHUNKED + long_body(1), is_last=False),
    "chunks that are much too long": Refused(413, CHUNKED + long_body(MIB)),
    "a body that is too long": Refused(413, POST + b"Content-Length: %d\r\n\r\n{}" % (2 * MIB)),
    "a long address": Refused(414, b"GET /?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    "no HTTP": Refused(400, b"nonsense\r\n\r\n"),
}
