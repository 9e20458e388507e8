from dataclasses import dataclass

from application.errors import NotReady, Unavailable
from application.ports.schema import Schema
from application.ports.store_sessions import StoreSessions

NO_DATABASE = "The database does not answer."
NO_MIGRATIONS = "The database lacks migrations of this version."
NO_BOUNDS = "Sessions of the database are without bounds: {lacking}."


@dataclass(frozen=True)
class CheckReadiness:
    """Tell whether requests can be answered now. Raises NotReady, which names what lacks."""

    schema: Schema
    sessions: StoreSessions

    def __call__(self) -> None:
        try:
            lacking = self.sessions.lacking()
            # Where sessions lack their bounds none is used, and nothing more can be asked.
            has_migrations = bool(lacking) or self.schema.has_all_migrations()
        except Unavailable as fault:
            raise NotReady(NO_DATABASE) from fault
        if lacking:
            raise NotReady(NO_BOUNDS.format(lacking="; ".join(lacking)))
        if not has_migrations:
            raise NotReady(NO_MIGRATIONS)
