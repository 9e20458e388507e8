"""Services that record their requests and return empty responses, or none."""

import socket
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class ReceivedRequest(NamedTuple):
    path: str
    headers: Message
    client: tuple[str, int]


class StubService(ThreadingHTTPServer):
    def __init__(self, *, closes: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.closes = closes
        self.requests: list[ReceivedRequest] = []
        self.base_url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: StubService
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append(ReceivedRequest(self.path, self.headers, self.client_address))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.closes:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PATCH = do_GET  # noqa: N815  # named by http.server

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_stub_service(**options: bool):
    with StubService(**options) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def an_unresponsive_service():
    """The base URL of a server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
