from dataclasses import dataclass

from application.errors import Unavailable
from application.ports.schema import Schema


@dataclass
class MemorySchema(Schema):
    """The schema of a store that can be away, or behind."""

    is_away: bool = False
    is_behind: bool = False

    def has_all_migrations(self) -> bool:
        if self.is_away:
            raise Unavailable
        return not self.is_behind
