import asyncio
import gzip
import os
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID

import pytest
import trustme
from aiohttp.resolver import AsyncResolver
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.http.webhooks.messages import HEADERS as DOCUMENTED_HEADERS
from adapters.webhooks.sender import HttpWebhookSender
from application.ports.webhook_sender import SignedRequest
from domain.webhooks.delivery import MAX_RETRY_AFTER
from domain.webhooks.webhook import WebhookUrl
from tests.integration.webhooks.servers import (
    a_name_server,
    a_port_that_drops_packets,
    a_receiver,
    a_server,
    a_silent_port,
    repeats,
    responds,
    sends,
    stalls_after,
)
from tests.processes import free_port

pytestmark = pytest.mark.anyio

MESSAGE_ID = UUID(int=7)
BODY = '{"type": "event.updated", "data": {"title": "Zoë\\u0000"}}'
SECRET, OLD_SECRET = b"s" * 32, b"o" * 32
# For tests of responses that never end.
SHORT = timedelta(seconds=0.5)
NOT_ALLOWED = "Webhooks are only sent over https, and only to public addresses."
TIMED_OUT = "There was no complete response in time."
CLOSED = "The connection was closed before the response was complete."


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority):
    """The TLS settings of a client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def server_tls(authority, *names, **options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context


@asynccontextmanager
async def resolver_at(port):
    resolver = AsyncResolver(nameservers=["127.0.0.1"], udp_port=port, tcp_port=port)
    yield resolver
    await resolver.close()


@asynccontextmanager
async def resolver_with(answers):
    """Yields a resolver, and the name server that it asks."""
    with a_name_server(answers) as names:
        async with resolver_at(names.port) as resolver:
            yield resolver, names


a_sender = partial(HttpWebhookSender, allows_private_networks=True)


async def send(sender, url, *, body=BODY, secrets=(SECRET,), sent_at=None):
    url = WebhookUrl(url, allows_private_networks=True)
    sent_at = sent_at or datetime.now(UTC)
    return await sender.send(SignedRequest(url, MESSAGE_ID, body, secrets, sent_at))


async def attempt_with(respond, sender=None, **request):
    async with a_receiver(respond) as receiver:
        return await send(sender or a_sender(), f"http://127.0.0.1:{receiver.port}/", **request)


@pytest.mark.parametrize("secrets", [[SECRET], [SECRET, OLD_SECRET]])
async def test_a_request_is_signed_with_each_secret(secrets):
    async with a_receiver(responds()) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/a/../b%7E?sig=%2F+%41'"
        await send(a_sender(), url, secrets=secrets)

    (request,) = receiver.requests
    assert request.target == "/a/../b%7E?sig=%2F+%41'"
    assert request.body == BODY.encode()
    assert len(request.headers["webhook-signature"].split()) == len(secrets)
    for secret in secrets:
        Webhook(secret).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(b"x").verify(request.body, request.headers)


async def test_the_headers_say_what_is_sent_and_by_whom():
    async with a_receiver(responds()) as receiver:
        await send(a_sender(), f"http://localhost:{receiver.port}/")

    headers = receiver.requests[0].headers
    assert headers["webhook-id"] == str(MESSAGE_ID)
    assert headers["Host"] == f"localhost:{receiver.port}"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "Turnout-Webhooks"
    assert headers["Accept-Encoding"] == "identity"
    sent = {name.lower() for name in headers if name.lower().startswith("webhook-")}
    assert sent == {name for name, _, _ in DOCUMENTED_HEADERS}


async def test_an_instant_in_any_time_zone_is_signed_as_the_same_second():
    now = datetime.now(timezone(timedelta(hours=5)))
    async with a_receiver(responds()) as receiver:
        await send(a_sender(), f"http://127.0.0.1:{receiver.port}/", sent_at=now)

    (request,) = receiver.requests
    assert request.headers["webhook-timestamp"] == str(int(now.timestamp()))
    Webhook(SECRET).verify(request.body, request.headers)


@pytest.mark.parametrize("status", [200, 204, 299])
async def test_2xx_is_success(status):
    attempt = await attempt_with(sends(f"HTTP/1.1 {status} Fine\r\n\r\n".encode()))

    assert (attempt.status, attempt.is_success, attempt.error) == (status, True, "")
    assert attempt.duration > timedelta(0)


@pytest.mark.parametrize("status", [300, 400, 404, 410, 429, 500, 503, 999])
async def test_other_responses_are_failures(status):
    attempt = await attempt_with(responds(f"{status} No", b"no such thing"))

    assert (attempt.status, attempt.is_success) == (status, False)
    assert attempt.response == "no such thing"
    assert attempt.is_gone == (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status):
    async with a_receiver(responds()) as other:
        location = f"http://127.0.0.1:{other.port}/"
        attempt = await attempt_with(responds(f"{status} Moved", Location=location))

    assert (attempt.status, attempt.is_success) == (status, False)
    assert not other.requests


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("9" * 5_000, MAX_RETRY_AFTER.total_seconds()),
        ("Fri, 17 May 2030 12:02:00 GMT", 120),
        ("Friday, 17-May-30 12:02:00 GMT", 120),
        ("Fri, 17 May 2030 11:00:00 GMT", 0),
        ("Fri, 17 May 2999 12:00:00 GMT", MAX_RETRY_AFTER.total_seconds()),
        ("Fri, 99 May 2030 12:00:00 GMT", None),
        ("Fri, 17 May 99999999999999999999 12:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_retry_after_has_seconds_or_a_date(value, seconds):
    noon = datetime(2030, 5, 17, 12, tzinfo=UTC)
    attempt = await attempt_with(
        responds("503 Service Unavailable", Retry_After=value), sent_at=noon
    )

    assert attempt.retry_after == (None if seconds is None else timedelta(seconds=seconds))


async def test_without_the_header_there_is_no_retry_after():
    assert (await attempt_with(responds("429 Too Many Requests"))).retry_after is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", ""),
        ("Zoë".encode(), "Zoë"),
        (b"a\0b", "a\ufffdb"),
        (b"a\xff\xfeb", "a\ufffd\ufffdb"),
        (b"x" * 1_025, "x" * 1_024),
        (b"x" * 1_023 + "ë".encode(), "x" * 1_023 + "\ufffd"),
    ],
    ids=lambda value: ascii(value)[:30],
)
async def test_the_start_of_the_body_is_kept_as_text_that_postgresql_can_store(body, text):
    assert (await attempt_with(responds(body=body))).response == text


async def test_a_body_in_pieces_is_put_together():
    pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"

    assert (await attempt_with(sends(pieces))).response == "ab"


async def test_the_rest_of_an_endless_body_is_not_read():
    endless = repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1_024)
    attempt = await attempt_with(endless)

    assert (attempt.status, attempt.response, attempt.error) == (200, "x" * 1_024, "")


async def test_a_compressed_body_is_not_decompressed():
    bomb = gzip.compress(bytes(50_000_000), mtime=0)
    attempt = await attempt_with(responds(body=bomb, Content_Encoding="gzip"))

    assert attempt.status == 200
    assert attempt.response == bomb[:1_024].decode(errors="replace").replace("\0", "\ufffd")


async def test_cookies_are_not_sent_back():
    async with a_receiver(responds(Set_Cookie="who=ada; Path=/")) as receiver:
        sender = a_sender()
        for _ in range(2):
            await send(sender, f"http://localhost:{receiver.port}/")

    assert [request.headers.get("Cookie") for request in receiver.requests] == [None, None]


async def test_proxies_of_the_environment_are_not_used(monkeypatch):
    async with a_receiver(responds("502 Bad Gateway")) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await attempt_with(responds())).is_success
        assert not proxy.connections


# Failures


@pytest.mark.parametrize(
    ("respond", "status"),
    [
        (stalls_after(b""), None),
        (repeats(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", pause_s=0.01), None),
        (repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.01), None),
        (repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x", pause_s=0.01), 200),
        (stalls_after(b"HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\nx"), 500),
    ],
    ids=["no response", "headers", "interim responses", "body", "rest of the body"],
)
async def test_a_slow_response_is_cut_off(respond, status):
    attempt = await attempt_with(respond, a_sender(timeout=SHORT))

    assert (attempt.status, attempt.error) == (status, TIMED_OUT)
    assert attempt.is_success == (status == 200)
    assert attempt.response.startswith("x" if status else "")


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_receiver_that_does_not_read_the_request_is_cut_off():
    with a_silent_port(socket.SOCK_STREAM) as port:
        url = f"http://127.0.0.1:{port}/"
        attempt = await send(a_sender(timeout=SHORT), url, body="x" * 10_000_000)

    assert (attempt.status, attempt.error) == (None, TIMED_OUT)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_slow_handshake_is_cut_off(scheme):
    with a_silent_port(socket.SOCK_STREAM) as port:
        attempt = await send(a_sender(timeout=SHORT), f"{scheme}://localhost:{port}/")

    assert (attempt.status, attempt.error) == (None, TIMED_OUT)


async def test_a_slow_connection_is_cut_off():
    with a_port_that_drops_packets() as port:
        attempt = await send(a_sender(timeout=SHORT), f"http://127.0.0.1:{port}/")

    assert (attempt.status, attempt.error) == (None, TIMED_OUT)


async def test_slow_name_servers_delay_no_other_attempts():
    more_than_threads_of_asyncio = 2 * min(32, os.cpu_count() + 4)
    with a_silent_port(socket.SOCK_DGRAM) as port:
        async with resolver_at(port) as resolver:
            slow = HttpWebhookSender(resolver=resolver)
            waiting = [
                asyncio.create_task(send(slow, f"https://{number}.example/"))
                for number in range(more_than_threads_of_asyncio)
            ]
            await asyncio.sleep(0)
            async with a_receiver(responds()) as receiver:
                attempt = await send(a_sender(), f"http://localhost:{receiver.port}/")
            assert attempt.is_success
            assert not any(task.done() for task in waiting)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_slow_name_server_is_cut_off():
    with a_silent_port(socket.SOCK_DGRAM) as port:
        async with resolver_at(port) as resolver:
            sender = HttpWebhookSender(resolver=resolver, timeout=SHORT)
            attempt = await send(sender, "https://hooks.example/")

    assert (attempt.status, attempt.error) == (None, TIMED_OUT)


async def test_a_cancelled_attempt_stops():
    async with a_receiver(stalls_after(b"")) as receiver:
        attempt = asyncio.create_task(send(a_sender(), f"http://127.0.0.1:{receiver.port}/"))
        while not receiver.requests:
            await asyncio.sleep(0.01)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt


@pytest.mark.parametrize(
    "respond",
    [
        sends(b""),
        sends(b"HTTP/1.1 200 OK\r\nX-Half"),
        sends(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["at once", "in the headers", "after an interim response"],
)
async def test_a_dropped_connection_is_a_failure(respond):
    attempt = await attempt_with(respond)

    assert (attempt.status, attempt.error) == (None, CLOSED)


async def test_a_reset_connection_is_a_failure():
    async def reset(_reader, writer):
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    attempt = await attempt_with(reset)

    assert (attempt.status, attempt.error) == (None, CLOSED)


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 9\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
async def test_a_status_counts_even_if_the_body_is_incomplete(rest):
    attempt = await attempt_with(sends(b"HTTP/1.1 200 OK\r\n" + rest))

    assert (attempt.status, attempt.error) == (200, CLOSED)


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
    ],
    ids=lambda garbage: ascii(garbage)[:40],
)
async def test_anything_but_http_is_a_failure(garbage):
    attempt = await attempt_with(sends(garbage))

    assert (attempt.status, attempt.error) == (None, "The response is not valid HTTP.")


async def test_endless_headers_are_a_failure():
    attempt = await attempt_with(repeats(b"HTTP/1.1 200 OK\r\n", b"X-More: x\r\n"))

    assert (attempt.status, attempt.error) == (None, "The response is not valid HTTP.")


@pytest.mark.parametrize(
    ("addresses", "error"),
    [
        (["127.0.0.1"], "The connection failed: Connection refused"),
        (["127.0.0.1", "127.0.0.2"], "The connection failed: Connection refused"),
        (["::1", "255.255.255.255"], "The connection failed."),  # for two reasons
    ],
)
async def test_a_closed_port_is_a_failure(addresses, error):
    async with resolver_with({"hooks.example": [addresses]}) as (resolver, _):
        attempt = await send(a_sender(resolver=resolver), f"https://hooks.example:{free_port()}/")

    assert (attempt.status, attempt.error) == (None, error)


async def test_an_unknown_name_is_a_failure():
    async with resolver_with({}) as (resolver, _):
        attempt = await send(HttpWebhookSender(resolver=resolver), "https://hooks.example/")

    assert (attempt.status, attempt.error) == (None, "The host name could not be resolved.")


# TLS


async def attempt_over_tls(client, server):
    """Returns the attempt at https://hooks.example, the receiver, and the server names (SNI)."""
    server_names = []
    server.sni_callback = lambda _socket, name, _context: server_names.append(name)
    async with (
        resolver_with({"hooks.example": [["127.0.0.1"]]}) as (resolver, _),
        a_receiver(responds(), tls=server) as receiver,
    ):
        sender = a_sender(tls=client, resolver=resolver)
        attempt = await send(sender, f"https://hooks.example:{receiver.port}/")
    return attempt, receiver, server_names


async def test_the_certificate_is_verified_for_the_host_name(authority, trusting):
    server = server_tls(authority, "hooks.example")
    attempt, receiver, server_names = await attempt_over_tls(trusting, server)

    assert attempt.is_success
    assert server_names == ["hooks.example"]
    assert receiver.requests[0].headers["Host"] == f"hooks.example:{receiver.port}"


@pytest.mark.parametrize(
    ("names", "options", "problem"),
    [
        (["other.example"], {}, "not valid for 'hooks.example'"),
        (["127.0.0.1"], {}, "not valid for 'hooks.example'"),
        (["hooks.example"], {"not_after": datetime(2020, 1, 2, tzinfo=UTC)}, "expired"),
    ],
)
async def test_other_certificates_are_failures(authority, trusting, names, options, problem):
    server = server_tls(authority, *names, **options)
    attempt, receiver, _ = await attempt_over_tls(trusting, server)

    assert attempt.status is None
    assert attempt.error.startswith("The TLS certificate is not valid: ")
    assert problem in attempt.error
    assert not receiver.requests


async def test_an_unknown_authority_is_a_failure(authority):
    server = server_tls(authority, "hooks.example")
    attempt, receiver, _ = await attempt_over_tls(None, server)

    assert attempt.error.startswith("The TLS certificate is not valid: ")
    assert not receiver.requests


async def test_a_server_without_tls_is_a_failure():
    async with a_server(sends(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        attempt = await send(a_sender(), f"https://localhost:{port}/")

    assert (attempt.status, attempt.error) == (None, "The TLS handshake failed.")


# Addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "0.0.0.0",
        "169.254.169.254",
        "100.64.0.1",
    ],
)
async def test_literal_addresses_that_are_not_public_are_refused(host):
    async with a_receiver(responds()) as receiver:
        attempt = await send(HttpWebhookSender(), f"https://{host}:{receiver.port}/")

    assert attempt.error in {NOT_ALLOWED, "The host name could not be resolved."}
    assert not receiver.connections


@pytest.mark.parametrize("host", ["127.1", "0177.0.0.1", "2130706433", "127.0.0.1.", "1", "0"])
async def test_other_notations_of_ipv4_addresses_are_refused(host):
    attempt = await send(HttpWebhookSender(), f"https://{host}/")

    assert attempt.error == "The URL is not valid."


@pytest.mark.parametrize("url", ["https://[v1.example];", "https://[v1.fe80::1]/"])
async def test_a_url_that_was_stored_before_it_became_invalid_is_a_failure(url):
    request = SignedRequest(url, MESSAGE_ID, BODY, [SECRET], datetime.now(UTC))

    assert (await a_sender().send(request)).error == "The URL is not valid."


# What names resolve to


@asynccontextmanager
async def hooks_example(*answers, tls=None):
    """Yields a resolver, whose answers are the addresses, a receiver, and its host and port."""
    async with (
        resolver_with({"hooks.example": list(answers)}) as (resolver, _),
        a_receiver(responds(), tls=tls) as receiver,
    ):
        yield resolver, receiver, f"hooks.example:{receiver.port}"


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::ffff:7f00:1"], ["::1"], ["fd00:ec2::254"]],
)
async def test_a_name_with_private_addresses_is_refused(addresses, authority, trusting):
    tls = server_tls(authority, "hooks.example")
    async with hooks_example(addresses, tls=tls) as (resolver, receiver, host):
        sender = HttpWebhookSender(tls=trusting, resolver=resolver)
        attempt = await send(sender, f"https://{host}/")

    assert attempt.error == NOT_ALLOWED
    assert not receiver.connections


@pytest.mark.parametrize("address", ["127.0.0.1", "1.1.1.1"])
async def test_http_is_refused(address):
    async with hooks_example([address]) as (resolver, receiver, host):
        sender = HttpWebhookSender(resolver=resolver, timeout=SHORT)
        attempt = await send(sender, f"http://{host}/")

    assert attempt.error == NOT_ALLOWED
    assert not receiver.connections


async def test_in_development_http_is_for_this_machine_only():
    async with hooks_example(["10.0.0.1"]) as (resolver, _, host):
        attempt = await send(a_sender(resolver=resolver), f"http://{host}/")

    assert attempt.error == NOT_ALLOWED


@pytest.mark.parametrize("addresses", [["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "10.0.0.1"]])
async def test_a_refused_address_does_not_prevent_the_use_of_others(addresses):
    async with hooks_example(addresses) as (resolver, _, host):
        attempt = await send(a_sender(resolver=resolver), f"http://{host}/")

    assert attempt.is_success


async def test_a_name_is_resolved_once_an_attempt_and_checked_each_time():
    async with hooks_example(["127.0.0.1"], ["10.0.0.1"]) as (resolver, receiver, host):
        sender = a_sender(resolver=resolver)
        first = await send(sender, f"http://{host}/")
        second = await send(sender, f"http://{host}/")

    assert first.is_success
    assert second.error == NOT_ALLOWED
    assert len(receiver.requests) == 1
