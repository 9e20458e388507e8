from dataclasses import dataclass

from application.errors import NotReady, Unavailable
from application.ports.schema import Schema


@dataclass(frozen=True)
class CheckReadiness:
    """Tell whether requests can be answered now. Raises NotReady, which names what lacks."""

    schema: Schema

    def __call__(self) -> None:
        try:
            has_migrations = self.schema.has_all_migrations()
        except Unavailable as fault:
            raise NotReady("The database does not answer.") from fault
        if not has_migrations:
            raise NotReady("The database lacks migrations of this version.")
