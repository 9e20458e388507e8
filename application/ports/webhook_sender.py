from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from domain.webhooks.delivery import Attempt

# Returns SECRET_BYTES random bytes.
NewWebhookSecret: TypeAlias = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A message to send to an endpoint, and the secrets that sign it."""

    url: str
    message_id: UUID
    body: str  # JSON
    secrets: Sequence[bytes] = field(repr=False)
    sent_at: datetime


class WebhookSender(Protocol):
    @abstractmethod
    async def send(self, request: SignedRequest) -> Attempt:
        """POST the message and return the outcome, within ATTEMPT_TIMEOUT. Follows no redirects.

        Failures are outcomes, too: names that do not resolve, refused addresses, timeouts. Raises
        nothing but cancellation.
        """
