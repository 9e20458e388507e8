"""The delivery of a message to a webhook."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from domain.webhooks.webhook import DisabledReason

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# Before each attempt.
DELAYS = (
    *(0 * SECOND, 5 * SECOND, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
# A delay is longer by at most this part of itself.
JITTER = 0.1
MAX_RETRY_AFTER = 24 * HOUR
ATTEMPT_TIMEOUT = 15 * SECOND
# Longer than an attempt takes, so that no two workers make the same one.
LEASE = 60 * SECOND
RESPONSE_MAX_BYTES = 1_024
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` is None if there was no response. `error` says why, or why `response` is incomplete.

    `response` is the start of the body, up to RESPONSE_MAX_BYTES.
    """

    status: int | None
    duration: timedelta
    response: str = ""
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status in SUCCESS

    @property
    def is_gone(self) -> bool:
        return self.status == HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """`body` is JSON, as it is signed and sent."""

    id: UUID
    type: str
    body: str = field(repr=False)


class DeliveryState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass
class Delivery:
    """`queued_at` is when it was created or last retried by its owner."""

    id: UUID
    webhook_id: UUID
    message_id: UUID
    type: str
    body: str = field(repr=False)
    created_at: datetime
    queued_at: datetime
    attempts: int = 0
    state: DeliveryState = DeliveryState.PENDING
    next_attempt_at: datetime | None = None  # None unless pending
    last_attempt: Attempt | None = None
    last_attempt_at: datetime | None = None

    @classmethod
    def queue(
        cls, delivery_id: UUID, webhook_id: UUID, message: WebhookMessage, now: datetime
    ) -> "Delivery":
        return cls(
            id=delivery_id,
            webhook_id=webhook_id,
            message_id=message.id,
            type=message.type,
            body=message.body,
            created_at=now,
            queued_at=now,
            next_attempt_at=now,
        )

    def retry(self, now: datetime) -> None:
        """Start again with the first attempt, whatever the state is."""
        self.attempts = 0
        self.state = DeliveryState.PENDING
        self.queued_at = self.next_attempt_at = now

    def record(self, attempt: Attempt, now: datetime, jitter: float) -> None:
        """`jitter` is between 0 and 1. The delivery fails after the last attempt or with 410."""
        self.attempts += 1
        self.last_attempt, self.last_attempt_at = attempt, now
        self.next_attempt_at = None
        if attempt.is_success:
            self.state = DeliveryState.SUCCEEDED
        elif attempt.is_gone or self.attempts >= len(DELAYS):
            self.state = DeliveryState.FAILED
        else:
            delay = DELAYS[self.attempts] * (1 + JITTER * jitter)
            if attempt.retry_after is not None:
                delay = max(delay, min(attempt.retry_after, MAX_RETRY_AFTER))
            self.next_attempt_at = now + delay

    def reason_to_disable(self) -> DisabledReason | None:
        """Why the webhook must be disabled after the last attempt, if it must."""
        if self.state is not DeliveryState.FAILED or self.last_attempt is None:
            return None
        return DisabledReason.GONE if self.last_attempt.is_gone else DisabledReason.FAILING
