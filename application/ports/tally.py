from abc import abstractmethod
from typing import Protocol


class Tally(Protocol):
    """Whoever counts what came to pass; units of work tell it what they committed."""

    @abstractmethod
    def seats(self, taken: int, given_back: int) -> None:
        """Count them, after the commit. Must be quick, and must not fail."""
