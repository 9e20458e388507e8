from dataclasses import dataclass

from application.accounts.confirm_password import ConfirmPassword
from application.caller import Caller
from application.ports.account_queries import Profile
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.accounts.credentials import Username, fold_username, passwords_like
from domain.accounts.session import ClientInfo
from domain.accounts.user import ProfileChanges, User
from domain.errors import Invalid


@dataclass(frozen=True)
class UpdateProfile:
    """Change the caller's username and email address.

    Raises UsernameTaken, Invalid if the username is based on the password, TooManyWrongPasswords,
    PreconditionFailed, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    confirm: ConfirmPassword

    def __call__(
        self,
        caller: Caller,
        changes: ProfileChanges,
        client_info: ClientInfo,
        precondition: Precondition[Profile] = no_precondition,
    ) -> Profile:
        username = changes.username
        compared = None if username is None else self._compare(caller, username, client_info)
        profile = self._save(caller, changes, compared, precondition)
        # None: the password has changed meanwhile. Compare it again.
        return profile or self(caller, changes, client_info, precondition)

    @retry_on_contention
    def _save(
        self,
        caller: Caller,
        changes: ProfileChanges,
        compared: User | None,
        precondition: Precondition[Profile],
    ) -> Profile | None:
        with self.new_work(caller) as work:
            user = work.users.get_for_update(caller.user_id)
            if compared is not None and user.password_hash != compared.password_hash:
                return None
            before = Profile.of(user)
            user.edit(changes)
            work.users.save(user)
            precondition(before)
            work.commit()
        return Profile.of(user)

    def _compare(self, caller: Caller, username: Username, client_info: ClientInfo) -> User | None:
        """Raises Invalid if the new username is based on the password.

        Counts as a wrong password, because the error reveals the password. Returns the user whose
        password was compared, or None if no comparison was necessary.
        """
        if not (passwords := passwords_like(username)):
            return None
        credentials = self.confirm.credentials(caller, "rename")
        user = credentials.user
        if user is None or fold_username(user.username) == fold_username(username):
            return None
        if self.confirm.compare(credentials, passwords, client_info) is not None:
            raise Invalid("username", "Must not be based on the password.")
        return user
