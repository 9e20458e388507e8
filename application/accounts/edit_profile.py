from dataclasses import dataclass
from uuid import UUID

from application.conditions import Condition, unconditional
from application.ports.account_queries import Profile
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken
from domain.accounts.user import ProfileChanges


@dataclass(frozen=True)
class EditProfile:
    """Change the user's name and address. Raises UsernameTaken or PreconditionFailed."""

    new_work: UnitOfWorkFactory

    @retried
    def __call__(
        self,
        user_id: UUID,
        changes: ProfileChanges,
        condition: Condition[Profile] = unconditional,
    ) -> Profile:
        with self.new_work() as work:
            user = work.users.find_for_update(user_id)
            if user is None:
                raise InvalidToken
            before = Profile.of(user)
            user.edit(changes)
            work.users.save(user)
            condition(before)
            work.commit()
        return Profile.of(user)
