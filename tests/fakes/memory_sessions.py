from dataclasses import dataclass

from application.errors import Unavailable
from application.ports.store_sessions import StoreSessions


@dataclass
class MemorySessions(StoreSessions):
    """Sessions of a store that can be away, or bounds that nobody set."""

    is_away: bool = False
    unset: tuple[str, ...] = ()

    def lacking(self):
        if self.is_away:
            raise Unavailable
        return self.unset
