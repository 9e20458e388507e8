from dataclasses import dataclass

from application.caller import Caller
from application.conditions import Condition, unconditional
from application.ports.account_queries import Profile
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retried import retried
from domain.accounts.errors import InvalidToken
from domain.accounts.user import ProfileChanges


@dataclass(frozen=True)
class EditProfile:
    """Change the caller's name and email address.

    Raises UsernameTaken, PreconditionFailed or SessionEnded.
    """

    new_work: UnitOfWorkFactory

    @retried
    def __call__(
        self,
        caller: Caller,
        changes: ProfileChanges,
        condition: Condition[Profile] = unconditional,
    ) -> Profile:
        with self.new_work(caller) as work:
            user = work.users.find_for_update(caller.user_id)
            if user is None:
                raise InvalidToken
            before = Profile.of(user)
            user.edit(changes)
            work.users.save(user)
            condition(before)
            work.commit()
        return Profile.of(user)
