from dataclasses import dataclass
from uuid import UUID

from application.ports.account_queries import AccountQueries, Profile
from domain.accounts.errors import InvalidToken


@dataclass(frozen=True)
class ShowProfile:
    """The caller's own account. Raises InvalidToken when it is gone."""

    accounts: AccountQueries

    def __call__(self, user_id: UUID) -> Profile:
        profile = self.accounts.find_profile(user_id)
        if profile is None:
            raise InvalidToken
        return profile
