"""Clients that begin a request, and do not end it; or ask, and do not read."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

MANY = 50
HEALTHY = 5
# What is promised; who waited for one of them has waited for ten.
PROMISED_S = 1
DRIP_EVERY_S = 0.05
RECEIVE_BUFFER_BYTES = 4096

HEAD = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nX-Story: "
BODY = b"POST /v1/profile/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: 1000\r\n\r\n{"
EXPECT = b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n"
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n5\r\n{    \r\n"
LARGE = b"Content-Length: 2000000\r\n\r\n{"
BUNDLE = "/api/schema/swagger-ui/swagger-ui-bundle.js"  # 1.4 MB
UNREAD = f"GET {BUNDLE} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
ALIVE = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n"
OPEN_END = b"GET /healthz/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

# What each sends at once, and what it drips without end.
KINDS: dict[str, tuple[bytes, bytes]] = {
    "says nothing": (b"", b""),
    "stops in the head": (HEAD, b""),
    "drips the head": (HEAD, b"x"),
    "stops in the body": (BODY + LENGTH, b""),
    "drips the body": (BODY + LENGTH, b" "),
    "waits to be told to go on": (BODY + EXPECT, b""),
    "stops between chunks": (BODY + CHUNKS, b""),
    "stops in too large a body": (BODY + LARGE, b""),
    "does not read": (UNREAD * 3, b""),
    "does not close": (OPEN_END, b""),
}


@contextmanager
def slow_clients(base_url: str, begun: bytes, dripped: bytes = b""):
    """So many of them, for the length of the block."""
    with ExitStack() as clients:
        connections = [clients.enter_context(connected(base_url)) for _ in range(MANY)]
        for connection in connections:
            connection.sendall(begun)
        if dripped:
            clients.enter_context(repeated(lambda: drip(connections, dripped)))
        yield


def connected(base_url: str) -> socket.socket:
    address = urlsplit(base_url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    connection.settimeout(30)
    connection.connect((address.hostname, address.port))
    return connection


def drip(connections: list[socket.socket], drop: bytes) -> None:
    for connection in connections:
        try:
            connection.sendall(drop)
        except OSError:  # the service has closed it
            continue


@contextmanager
def repeated(act: Callable[[], None]):
    stop = Event()

    def run() -> None:
        while not stop.wait(DRIP_EVERY_S):
            act()

    thread = Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def seconds_of_a_healthy_request(base_url: str) -> float:
    """From the connect to the last byte of its answer, which must be 200."""
    begun = time.monotonic()
    with connected(base_url) as connection:
        connection.sendall(OPEN_END)
        answer = rest_of(connection)
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return time.monotonic() - begun


def seconds_beside_slow_clients(base_url: str, begun: bytes, dripped: bytes = b"") -> float:
    """Of the slowest of some healthy requests."""
    with slow_clients(base_url, begun, dripped):
        return max(seconds_of_a_healthy_request(base_url) for _ in range(HEALTHY))


def rest_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))
