from abc import abstractmethod
from typing import Protocol


class Schema(Protocol):
    """The shape of the store."""

    @abstractmethod
    def has_all_migrations(self) -> bool:
        """Whether this version can work on it; one that a newer version made will do.

        Raises Unavailable.
        """
