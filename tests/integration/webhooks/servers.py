"""Real servers for tests of webhooks, on loopback addresses."""

import asyncio
import socket
import ssl
from collections import Counter
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from dnslib import AAAA, QTYPE, RR, A
from dnslib.server import DNSLogger, DNSServer


@dataclass
class Request:
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`connections` counts those that completed a handshake with TLS, if any."""

    port: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)


@asynccontextmanager
async def a_receiver(respond, *, tls=None):
    """Calls `respond` with the streams of each connection after it has read the request."""
    receiver = Receiver()

    async def serve(reader, writer):
        receiver.connections += 1
        receiver.requests.append(await read_request(reader))
        await respond(reader, writer)

    async with a_server(serve, tls) as receiver.port:
        yield receiver


@asynccontextmanager
async def a_server(serve, tls=None):
    """Yields its port. At the end, waits until `serve` has returned for each connection."""
    tasks = []

    async def serve_and_close(reader, writer):
        tasks.append(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await serve(reader, writer)
            await writer.drain()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve_and_close, "127.0.0.1", 0, ssl=tls)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.gather(*tasks)


async def read_request(reader):
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    body = await reader.readexactly(int(headers["Content-Length"]))
    return Request(first.split(" ")[1], headers, body)


def sends(data: bytes):
    """Writes `data` and closes the connection."""

    async def respond(_reader, writer):
        writer.write(data)

    return respond


def responds(status="200 OK", body=b"", **headers):
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return sends("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body)


def repeats(data: bytes, then: bytes, pause_s=0.0):
    """Writes `data`, then `then` again and again until the client disconnects."""

    async def respond(_reader, writer):
        writer.write(data)
        while True:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return respond


def stalls_after(data: bytes):
    """Writes `data`, then nothing until the client disconnects."""

    async def respond(reader, writer):
        writer.write(data)
        await reader.read()

    return respond


@contextmanager
def a_silent_port(kind):
    """Receives packets (UDP) or accepts connections (TCP), and sends nothing."""
    with closing(socket.socket(socket.AF_INET, kind)) as server:
        server.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            server.listen()
        yield server.getsockname()[1]


@contextmanager
def a_port_that_drops_packets():
    """Its backlog is full, so new connections get no response."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        connections = []
        with suppress(TimeoutError):
            while True:
                connections.append(socket.create_connection(server.getsockname(), timeout=0.2))
        yield server.getsockname()[1]
        for connection in connections:
            connection.close()


@dataclass
class Names:
    """A name server. `answers` has the addresses to return next; the last ones stay."""

    answers: dict[str, list[list[str]]]
    port: int = 0
    queries: Counter[tuple[str, str]] = field(default_factory=Counter)

    def resolve(self, request: Any, _handler: Any) -> Any:
        name, kind = str(request.q.qname).rstrip("."), QTYPE[request.q.qtype]
        answers = self.answers.get(name, [[]])
        addresses = answers[min(self.queries[name, kind], len(answers) - 1)]
        self.queries[name, kind] += 1
        reply = request.reply()
        for address in addresses:
            if (kind == "AAAA") == (":" in address):
                data = AAAA(address) if kind == "AAAA" else A(address)
                reply.add_answer(RR(str(request.q.qname), request.q.qtype, rdata=data))
        return reply


@contextmanager
def a_name_server(answers):
    names = Names(answers)
    server = DNSServer(
        names, address="127.0.0.1", port=0, logger=DNSLogger(logf=lambda _line: None)
    )
    names.port = server.server.server_address[1]
    # Its start_thread() would make stop() take half a second.
    thread = Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield names
    finally:
        server.stop()
        thread.join()
        server.server.server_close()
