from dataclasses import dataclass

from application.caller import Caller
from application.ports.account_queries import Profile
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.accounts.user import ProfileChanges


@dataclass(frozen=True)
class UpdateProfile:
    """Change the caller's username and email address.

    Raises UsernameTaken, PreconditionFailed, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory

    @retry_on_contention
    def __call__(
        self,
        caller: Caller,
        changes: ProfileChanges,
        precondition: Precondition[Profile] = no_precondition,
    ) -> Profile:
        with self.new_work(caller) as work:
            user = work.users.get_for_update(caller.user_id)
            before = Profile.of(user)
            user.edit(changes)
            work.users.save(user)
            precondition(before)
            work.commit()
        return Profile.of(user)
