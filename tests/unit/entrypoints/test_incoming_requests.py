"""When a request is whole, however its bytes come."""

import pytest
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine

from entrypoints.server.incoming_request import IncomingRequest
from entrypoints.server.refused_requests import BodyTooLarge

MIB = 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def arrived(*pieces):
    incoming = IncomingRequest()
    for piece in pieces:
        incoming.add(piece)
    return incoming


@pytest.mark.parametrize(
    "request_bytes",
    [
        GET,
        b"\r\n" + GET,
        b"GET / HTTP/1.1\r\n\r\n",
        POST + b"Content-Length: 5\r\n\r\nhello",
        POST + b"content-length:\t5 \r\nX: y\r\n\r\nhello",
        POST + b"Content-Length: 0\r\n\r\n",
        POST + b"Content-Length: " + b"0" * 30 + b"5\r\n\r\nhello",
        POST + b"X: Content-Length: 9\r\n\r\n",
        CHUNKED + b"0\r\n\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"5;a=b\r\nhello\r\nA\r\n0\r\n\r\n12345\r\n000\r\nX: y\r\n\r\n",
        POST + b"Transfer-Encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ],
)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_bytes):
    incoming = IncomingRequest()

    for number in range(len(request_bytes)):
        assert not incoming.is_ready
        incoming.add(request_bytes[number : number + 1])

    assert incoming.is_ready
    assert incoming.is_whole
    at_once = arrived(request_bytes + GET)
    assert at_once.is_whole
    assert at_once.buffer == request_bytes + GET


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\n",
        POST + b"Content-Length: many\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
        POST + b"Content-Length: 5\r\nExpect: wonders\r\n\r\n",
        POST + b"Content-Length: %d\r\n\r\n" % (MIB + 2),
        CHUNKED + b"zz\r\n",
        CHUNKED + b"-5\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"3\r\nabcdef",
        CHUNKED + b"1;" + b"x" * 9000,
        CHUNKED + b"0\r\nX: " + b"y" * 65_536,
        CHUNKED + b"%x\r\n" % (2 * MIB) + b"x" * (MIB + 4097),
    ],
    ids=lambda value: repr(value[-40:]),
)
def test_what_more_bytes_would_not_mend_is_not_waited_for(beginning):
    incoming = arrived(beginning)

    assert incoming.is_ready
    assert not incoming.is_whole


@pytest.mark.parametrize(
    "beginning",
    [
        POST + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * MIB,
        CHUNKED + b"%x\r\n" % MIB + b"x" * MIB + b"\r\n0\r\n",
        CHUNKED + b"ffffffffffff\r\n",
    ],
    ids=["length", "chunks", "huge chunk"],
)
def test_a_body_that_is_not_too_long_is_waited_for(beginning):
    assert not arrived(beginning).is_ready


@pytest.mark.parametrize(
    ("pieces", "refusal"),
    [
        ([b"GET /" + b"x" * 5000, b"x" * 5000], LimitRequestLine),
        ([b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000, b"X: y\r\n" * 10_000], LimitRequestHeaders),
        ([b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 12_000 + b"\r\n"], LimitRequestHeaders),
        ([CHUNKED, *[b"1\r\na\r\n" * 10_000] * 40], BodyTooLarge),
    ],
    ids=["request line", "headers", "headers that end at once", "chunks of a byte"],
)
def test_what_does_not_end_is_refused(pieces, refusal):
    with pytest.raises(refusal):
        arrived(*pieces)


@pytest.mark.parametrize(
    ("head", "is_awaiting"),
    [
        (POST + b"Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n", True),
        (POST.replace(b"1.1", b"1.2") + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", True),
        (POST + b"Content-Length: 5\r\n\r\n", False),
        (b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", False),
    ],
)
def test_who_expects_a_word_before_the_body_is_known(head, is_awaiting):
    assert arrived(head).awaits_word == is_awaiting


@pytest.mark.parametrize(("sent", "is_ready"), [(b"", False), (b"GET /", True)])
def test_what_was_begun_and_has_ended_is_not_waited_for(sent, is_ready):
    incoming = arrived(sent)

    incoming.add_end()

    assert incoming.is_ready == is_ready
    assert not incoming.is_whole
