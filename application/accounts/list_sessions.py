from dataclasses import dataclass

from application.caller import Caller
from application.pages import Page, PageRequest
from application.ports.account_queries import AccountQueries, SessionView
from application.ports.clock import Clock


@dataclass(frozen=True)
class ListSessions:
    """A page of the caller's live sessions. Raises SessionEnded."""

    accounts: AccountQueries
    clock: Clock

    def __call__(self, caller: Caller, page_request: PageRequest) -> Page[SessionView]:
        return self.accounts.live_sessions(caller, page_request, self.clock.now())
