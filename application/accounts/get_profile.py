from dataclasses import dataclass

from application.caller import Caller
from application.ports.account_queries import AccountQueries, Profile
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class GetProfile:
    """The caller's own account. Raises SessionEnded, or InvalidToken when it is gone."""

    accounts: AccountQueries

    def __call__(self, caller: Caller) -> Profile:
        profile = self.accounts.find_profile(caller)
        if profile is None:
            raise InvalidToken
        return profile
