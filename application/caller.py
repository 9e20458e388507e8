from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: the holder of a valid access token, authenticated at an instant.

    Whether their session is live is checked where the work is done, by queries and units of work.
    Without a session the caller is trusted, as the command line is.
    """

    user_id: UUID
    session_id: UUID | None = None
    authenticated_at: datetime | None = None
