"""Endpoints for webhooks on this machine."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Reply:
    """`status` is None to close the connection without a response."""

    status: int | None = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ReceivedRequest:
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    reply: Reply | None = None  # yet

    @property
    def message_id(self) -> UUID:
        return UUID(self.headers["webhook-id"])

    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, secret: str | bytes) -> bool:
        """Verify soon: signatures are valid for five minutes."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


class Receiver(ThreadingHTTPServer):
    """Records each request when it arrives, and its reply, which `respond` chooses."""

    daemon_threads = False

    def __init__(self, respond: Callable[[ReceivedRequest], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.requests: list[ReceivedRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A killed client does not wait for its response."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = ReceivedRequest(self.path, headers, body)
        self.server.requests.append(request)
        request.reply = reply = self.server.respond(request)
        if reply.status is None:
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_receiver(
    respond: Callable[[ReceivedRequest], Reply] = lambda _: Reply(),
) -> Iterator[Receiver]:
    with Receiver(respond) as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
