from abc import abstractmethod
from typing import Protocol


class SeatMetrics(Protocol):
    """Counts seat changes. Called by units of work after they commit."""

    @abstractmethod
    def count(self, taken: int, given_back: int) -> None:
        """Must be fast and must not raise."""
