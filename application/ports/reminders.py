from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.events.event import Event


class Reminders(Protocol):
    @abstractmethod
    def take_due(
        self, starts_after: datetime, starts_until: datetime, limit: int
    ) -> Sequence[Event]:
        """Published events without a reminder for their start time, which get one now.

        An event that is moved gets another reminder.
        """
