"""Clients that never finish a request, or never read the response."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

CLIENTS = 50
REQUESTS = 5
# The most that a normal request may take. Waiting for a slow client takes 10 s or more.
RESPONSE_TIME_S = 1
DRIP_INTERVAL_S = 0.05
RECEIVE_BUFFER_BYTES = 4096

HEAD = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nX-Story: "
BODY = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: 1000\r\n\r\n{"
EXPECT = b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n"
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n5\r\n{    \r\n"
LARGE = b"Content-Length: 2000000\r\n\r\n{"
BUNDLE = "/api/schema/swagger-ui/swagger-ui-bundle.js"  # 1.4 MB
LARGE_RESPONSE = f"GET {BUNDLE} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
KEEP_ALIVE = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSING = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

# What each client sends at once, and what it then sends byte by byte.
KINDS: dict[str, tuple[bytes, bytes]] = {
    "sends nothing": (b"", b""),
    "stops in the head": (HEAD, b""),
    "drips the head": (HEAD, b"x"),
    "stops in the body": (BODY + LENGTH, b""),
    "drips the body": (BODY + LENGTH, b" "),
    "waits for 100 Continue": (BODY + EXPECT, b""),
    "stops between chunks": (BODY + CHUNKS, b""),
    "stops in too large a body": (BODY + LARGE, b""),
    "does not read": (LARGE_RESPONSE * 3, b""),
    "does not close": (CLOSING, b""),
}


@contextmanager
def slow_clients(base_url: str, sent: bytes, drip_bytes: bytes = b""):
    """Keep this many slow clients connected while the block runs."""
    with ExitStack() as clients:
        connections = [clients.enter_context(connect(base_url)) for _ in range(CLIENTS)]
        for connection in connections:
            connection.sendall(sent)
        if drip_bytes:
            clients.enter_context(repeated(lambda: drip(connections, drip_bytes)))
        yield


def connect(base_url: str) -> socket.socket:
    address = urlsplit(base_url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    connection.settimeout(30)
    connection.connect((address.hostname, address.port))
    return connection


def drip(connections: list[socket.socket], content: bytes) -> None:
    for connection in connections:
        try:
            connection.sendall(content)
        except OSError:  # closed by the service
            continue


@contextmanager
def repeated(function: Callable[[], None]):
    stop = Event()

    def run() -> None:
        while not stop.wait(DRIP_INTERVAL_S):
            function()

    thread = Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def seconds_of_a_request(base_url: str) -> float:
    """From connecting to the last byte of the response, which must be 200."""
    started = time.monotonic()
    with connect(base_url) as connection:
        connection.sendall(CLOSING)
        response = read_all(connection)
    assert response.startswith(b"HTTP/1.1 200 "), response
    return time.monotonic() - started


def seconds_with_slow_clients(base_url: str, sent: bytes, drip_bytes: bytes = b"") -> float:
    """The slowest of several normal requests."""
    with slow_clients(base_url, sent, drip_bytes):
        return max(seconds_of_a_request(base_url) for _ in range(REQUESTS))


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))
