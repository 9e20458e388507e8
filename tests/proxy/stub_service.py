"""Services that do little, and write down what they hear."""

import socket
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class Heard(NamedTuple):
    path: str
    headers: Message
    client: tuple[str, int]


class Listening(ThreadingHTTPServer):
    def __init__(self, *, is_breaking_off: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.is_breaking_off = is_breaking_off
        self.heard: list[Heard] = []
        self.base_url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Listening
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.heard.append(Heard(self.path, self.headers, self.client_address))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.is_breaking_off:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PATCH = do_GET  # noqa: N815  # the names are the library's

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(**how: bool):
    with Listening(**how) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def silent():
    """The base address of what takes in connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
