from dataclasses import dataclass

from application.caller import Caller
from application.ports.account_queries import AccountQueries, Profile


@dataclass(frozen=True)
class GetProfile:
    """The caller's account. Raises SessionEnded or AccountDeleted."""

    accounts: AccountQueries

    def __call__(self, caller: Caller) -> Profile:
        return self.accounts.get_profile(caller)
