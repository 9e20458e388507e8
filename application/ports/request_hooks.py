"""The record of a request, and hooks that log, count and trace it."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(slots=True)
class RequestRecord:
    """No path, query, body or other headers: they may contain secrets. None means unknown."""

    request_id: str
    method: str | None  # as sent; may be any token
    # W3C Trace Context that the client sent: `traceparent` and `tracestate`.
    trace_context: Mapping[str, str] = field(default_factory=dict)
    route: str | None = None  # the template, as in the OpenAPI document
    user_id: UUID | None = None
    status: int | None = None
    code: str | None = None  # of the problem document
    duration_s: float = 0.0  # until the response was sent or the client disconnected
    is_complete: bool = False  # whether the whole response was sent


class RequestHook(Protocol):
    """Called in the thread of the request. Must be fast."""

    @abstractmethod
    def start(self, record: RequestRecord) -> None:
        """Only `request_id`, `method` and `trace_context` are set."""

    @abstractmethod
    def end(self, record: RequestRecord) -> None:
        """Called once per `start`, even if the request failed."""
