"""A connection that can wait for its client without a thread."""

from contextlib import suppress
from socket import SHUT_WR
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn

from entrypoints.server.client_socket import BLOCK_BYTES, ClientSocket
from entrypoints.server.incoming_request import IncomingRequest

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# What a client may still send while it reads its answer. More is no mistake.
DRAINED_MAX_BYTES = 4 * 1024 * 1024


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's, with the request that it waits for."""

    incoming: IncomingRequest

    def __init__(self, cfg: Any, sock: ClientSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.data_ready = True  # when a thread is asked
        self.since = 0.0  # by time.monotonic(): what it does now, it does since then
        self._drained_bytes = 0

    def is_idle(self) -> bool:
        """Whether its client has not begun to send a request."""
        return not self.incoming.buffer

    def has_more(self) -> bool:
        """Whether more was received than the request that was answered."""
        return bool(self.sock.received or self.parser.unreader.buf.getvalue())

    def await_request(self) -> None:
        """Raises ParseException."""
        self.since = monotonic()
        self.incoming = IncomingRequest()
        if self.parser is not None:
            received = self.parser.unreader.take_buffered() + self.sock.received
            self.sock.received = bytearray()
            self._take_in(received)

    def receive(self) -> bool:
        """Take in what is there, and tell whether more may come.

        Raises ParseException, BlockingIOError where nothing is there, or OSError.
        """
        received = self.sock.recv(BLOCK_BYTES)
        if not received:
            self.incoming.add_end()
            return False
        self._take_in(received)
        return True

    def end(self) -> None:
        """Send no more. Raises OSError where the client is gone."""
        self.since = monotonic()
        self.sock.shutdown(SHUT_WR)

    def drain(self) -> bool:
        """Throw away what is there, and tell whether more may come.

        Raises BlockingIOError where nothing is there, or OSError.
        """
        received = self.sock.recv(BLOCK_BYTES)
        self._drained_bytes += len(received)
        return bool(received) and self._drained_bytes <= DRAINED_MAX_BYTES

    def _take_in(self, received: bytes) -> None:
        self.incoming.add(received)
        if self.incoming.awaits_word and not self.incoming.is_ready:
            self.incoming.awaits_word = False
            with suppress(OSError):  # that the client is gone shows when more is read
                self.sock.send(CONTINUE)
