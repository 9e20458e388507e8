"""Requests that may be sent again and are done once, known by a key that the client chose
(draft-ietf-httpapi-idempotency-key-header)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.event_queries import EventView
from domain.errors import Conflict, Invalid

KEY_HEADER = "Idempotency-Key"
IDEMPOTENCY_KEY_LIFETIME = timedelta(hours=24)


class IdempotencyKeyInUse(Conflict):
    code = "idempotency_key_in_use"

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is under way. Send it again later.")


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(KEY_HEADER, "Was sent before, with another body.")


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """The key, one's own among all of a person's, and a digest of what is asked for."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What the first request of a key was answered with."""

    request: IdempotentRequest
    event: EventView
    created_at: datetime

    def is_kept(self, now: datetime) -> bool:
        return now < self.created_at + IDEMPOTENCY_KEY_LIFETIME

    def to(self, request: IdempotentRequest) -> EventView:
        """The answer for a request with the same key. Raises IdempotencyKeyReused."""
        if request.fingerprint != self.request.fingerprint:
            raise IdempotencyKeyReused
        return self.event
