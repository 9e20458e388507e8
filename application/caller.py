from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a valid access token.

    Queries and units of work check that the session is live. Without a session the caller is
    trusted, for example the command line.
    """

    user_id: UUID
    session_id: UUID | None = None
    authenticated_at: datetime | None = None
