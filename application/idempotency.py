"""Idempotency keys: a request that is sent again takes effect once.

The key is chosen by the client (draft-ietf-httpapi-idempotency-key-header).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from domain.errors import Conflict, Invalid

IDEMPOTENCY_KEY_LIFETIME = timedelta(hours=24)

# JSON, opaque to the application.
StoredResponse: TypeAlias = Any


class IdempotencyKeyInUse(Conflict):
    code = "idempotency_key_in_use"

    def __init__(self) -> None:
        super().__init__("A request with this idempotency key is still in progress. Retry later.")


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("idempotency_key", "Already used with a different request body.")


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """`key` is unique per user; `fingerprint` is a digest of the request."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The response to the first request with a key."""

    request: IdempotentRequest
    response: StoredResponse
    created_at: datetime

    def is_expired(self, now: datetime) -> bool:
        return now >= self.created_at + IDEMPOTENCY_KEY_LIFETIME

    def replay(self, request: IdempotentRequest) -> StoredResponse:
        """The stored response. Raises IdempotencyKeyReused if the request differs."""
        if request.fingerprint != self.request.fingerprint:
            raise IdempotencyKeyReused
        return self.response
