"""Where a request ends is the same for what waits for it and for what reads it."""

import random

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from entrypoints.server.incoming_request import IncomingRequest

TIMES = 1000
FOLLOWING = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"
LINES = [b"GET / HTTP/1.1", b"POST / HTTP/1.1", b"POST / HTTP/1.0", b"", b"PRI * HTTP/2.0"]
FIELDS = [
    *(b"Content-Length: 5", b"content-length:0005 ", b"Content-Length: 5, 5", b"Content-Length: 5"),
    *(b"Content-Length:\t" + b"0" * 30 + b"5", b"Content-Length: \xb2", b"Content-Length:+5"),
    *(b"Transfer-Encoding: chunked", b"transfer-encoding: gzip,\tCHUNKED ", b"X: y"),
    *(b"Transfer-Encoding: chunked,", b"Transfer-Encoding: chunked, identity"),
    *(b"Content_Length: 9", b" Content-Length: 9", b"X: y\rContent-Length: 9"),
    *(b"X: \r\n\tContent-Length: 9", b"X: y\nContent-Length: 9", b"Expect: 100-continue"),
]
BODIES = [
    *(b"", b"hello", b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"5;a=b\r\nhello\r\n00\r\n\r\n"),
    *(
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
    ),
    *(b'5 ;a="\r\n"\r\nhello\r\n0\r\n\r\n', b"2\r\nhello\r\n0\r\n\r\n", b"0\r\nHost: y\r\n\r\n"),
    *(b"5\nhello\n0\n\n", b"5\r\nhello0\r\n\r\n", b"0;a\rb\r\n\r\n", b"0\r\nX: y\n\r\n\r\n"),
]
ENDS = [b"\r\n"] * 20 + [b"\n", b"\r", b"\r\n\r\n", b"\0\r\n"]


def a_request(chance):
    lines = [chance.choice(LINES[:2] * 10 + LINES), b"Host: x", *chance.choices(FIELDS, k=2)]
    head = b"".join(line + chance.choice(ENDS) for line in lines[: chance.randint(1, 4)])
    return chance.choice([b"", b"", b"\r\n"]) + head + b"\r\n" + chance.choice(BODIES)


def length_waited_for(sent):
    """None where it is left to the parser before it is whole, or never whole."""
    incoming = IncomingRequest()
    for number, byte in enumerate(sent, start=1):
        incoming.add(bytes([byte]))
        if incoming.is_ready:
            return number if incoming.is_whole else None
    return None


def length_read(sent):
    """None where it is refused, or read as long as there is anything."""
    parser = RequestParser(Config(), iter([sent]), ("127.0.0.1", 1))
    try:
        next(parser).body.read()
    except (ParseException, OSError, StopIteration):
        return None
    return len(sent) - len(parser.unreader.take_buffered())


@pytest.mark.parametrize("seed", range(2))
def test_what_is_read_of_a_request_is_what_was_waited_for(seed):
    chance = random.Random(seed)
    agreed = 0
    for _ in range(TIMES):
        sent = a_request(chance) + FOLLOWING
        waited_for, read = length_waited_for(sent), length_read(sent)
        # Who waits may leave it to who reads; the connection ends then.
        assert None in (waited_for, read) or waited_for == read, sent
        agreed += waited_for is not None and waited_for == read
    assert agreed > TIMES / 10
