from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol


class StoreSessions(Protocol):
    """The sessions in which the store works for this service."""

    @abstractmethod
    def lacking(self) -> Sequence[str]:
        """What a session is not set to and must be, in words; empty where all bounds hold.

        Raises Unavailable.
        """
