from dataclasses import dataclass
from uuid import UUID

from application.pages import Page, Window
from application.ports.account_queries import AccountQueries, SessionView
from application.ports.clock import Clock


@dataclass(frozen=True)
class ListSessions:
    """Where the user is logged in."""

    accounts: AccountQueries
    clock: Clock

    def __call__(self, user_id: UUID, window: Window) -> Page[SessionView]:
        return self.accounts.live_sessions(user_id, window, self.clock.now())
