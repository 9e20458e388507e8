"""What is recorded of a request, and the hooks that log, count and trace it."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(slots=True)
class RequestRecord:
    """No path, query or body, and no other header: they can contain secrets. Unknown is None."""

    request_id: str
    method: str | None  # as sent: clients can make up any
    # W3C Trace Context that the client sent: `traceparent` and `tracestate`.
    trace_context: Mapping[str, str] = field(default_factory=dict)
    route: str | None = None  # the template, as in the OpenAPI document
    user_id: UUID | None = None
    status: int | None = None
    code: str | None = None  # of the problem that was the response
    duration_s: float = 0.0  # until the response was sent, or the client was gone
    is_complete: bool = False  # whether the whole response was sent


class RequestHook(Protocol):
    """Called in the thread that serves the request. Must be quick."""

    @abstractmethod
    def start(self, record: RequestRecord) -> None:
        """Only the request's id, method and trace context are known yet."""

    @abstractmethod
    def end(self, record: RequestRecord) -> None:
        """Called once for each start, however the request ended."""
