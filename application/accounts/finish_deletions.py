from dataclasses import dataclass

from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.ports.account_queries import AccountQueries
from application.ports.clock import Clock


@dataclass(frozen=True)
class FinishDeletions:
    """Finish interrupted account deletions. Returns their number.

    With `is_dry`, only counts them. Raises Unavailable.
    """

    accounts: AccountQueries
    withdraw_from_events: WithdrawFromEvents
    clock: Clock

    def __call__(self, *, is_dry: bool = False) -> int:
        user_ids = self.accounts.unfinished_deletions(self.clock.now())
        if not is_dry:
            for user_id in user_ids:
                self.withdraw_from_events(user_id)
        return len(user_ids)
