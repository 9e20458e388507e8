from dataclasses import dataclass

from application.caller import Caller
from application.pages import Page, Window
from application.ports.account_queries import AccountQueries, SessionView
from application.ports.clock import Clock


@dataclass(frozen=True)
class ListSessions:
    """Where the caller is logged in. Raises SessionEnded."""

    accounts: AccountQueries
    clock: Clock

    def __call__(self, caller: Caller, window: Window) -> Page[SessionView]:
        return self.accounts.live_sessions(caller, window, self.clock.now())
