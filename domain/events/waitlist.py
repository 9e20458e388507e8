"""Waitlists: who gets the next free seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

# People per event.
MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class WaitlistEntry:
    """Each new entry of an event gets a higher number: the lowest is first in line."""

    user_id: UUID
    number: int
    joined_at: datetime


class NextInLine(Protocol):
    def __call__(self, event_id: UUID, limit: int) -> Sequence[WaitlistEntry]:
        """The first entries in line, at most `limit`, without those of deleted accounts.

        Their accounts cannot be deleted until the unit of work ends.
        """
