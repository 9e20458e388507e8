from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class ExpiredRows(Protocol):
    """What was of use for a time only, of one kind, and is kept until somebody removes it."""

    @abstractmethod
    def count(self, expired_before: datetime) -> int:
        """How many are of no use since then, or longer. Raises Unavailable."""

    @abstractmethod
    def remove(self, expired_before: datetime, at_most: int) -> int:
        """Remove so many of them for good, at once; tells how many it were.

        What others hold is passed over, and nothing is waited for. Raises Unavailable.
        """
