"""A socket by which no client can hold up a thread."""

import select
from socket import socket
from typing import Any

BLOCK_BYTES = 64 * 1024
# Of an answer that its client has not taken yet; with more than that, the thread waits. All that
# is open to everybody is shorter.
UNSENT_MAX_BYTES = 2 * 1024 * 1024


class ClientSocket(socket):
    """Gives out what was received before, and keeps what can't be sent yet. It never blocks."""

    def __init__(self, accepted: socket, patience_s: float) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self.settimeout(0)
        self._patience_s = patience_s
        self.received = bytearray()
        self.unsent = bytearray()

    def setblocking(self, flag: bool, /) -> None:
        """gunicorn would have its threads wait for their clients."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        if not self.received:
            return super().recv(size, flags)
        piece = bytes(self.received[:size])
        del self.received[:size]
        return piece

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Raises TimeoutError where the client takes nothing of a long answer, or OSError."""
        self.flush()
        whole = memoryview(data)
        sent = 0 if self.unsent else self._send(whole)
        if sent < len(whole):
            self.unsent += whole[sent:]
            while len(self.unsent) > UNSENT_MAX_BYTES:
                self._wait_for_client()
                self.flush()

    def flush(self) -> None:
        """Send of what is left as much as can be sent now."""
        while self.unsent and (sent := self._send(self.unsent[:BLOCK_BYTES])):
            del self.unsent[:sent]

    def _send(self, data: Any) -> int:
        try:
            return self.send(data)
        except BlockingIOError:
            return 0

    def _wait_for_client(self) -> None:
        poller = select.poll()
        poller.register(self, select.POLLOUT)
        if not poller.poll(self._patience_s * 1000):
            raise TimeoutError
