from dataclasses import dataclass

from application.errors import NotReady, Unavailable
from application.ports.schema import Schema

NO_DATABASE = "The database does not answer."
NO_MIGRATIONS = "The database lacks migrations of this version."


@dataclass(frozen=True)
class CheckReadiness:
    """Tell whether requests can be answered now. Raises NotReady, which names what lacks."""

    schema: Schema

    def __call__(self) -> None:
        try:
            has_migrations = self.schema.has_all_migrations()
        except Unavailable as fault:
            raise NotReady(NO_DATABASE) from fault
        if not has_migrations:
            raise NotReady(NO_MIGRATIONS)
