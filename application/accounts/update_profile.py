from dataclasses import dataclass

from application.accounts.confirm_password import ConfirmPassword
from application.caller import Caller
from application.messages.bodies import email_changed_body
from application.ports.account_queries import AccountQueries, Profile
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.outbox import OutboxMessage
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.accounts.credentials import Username, fold_username, passwords_like
from domain.accounts.session import ClientInfo
from domain.accounts.user import ProfileChanges, Unset, User
from domain.errors import Invalid


@dataclass(frozen=True)
class UpdateProfile:
    """Change the caller's username, email address and notices.

    A new email address requires the password, because passwords can be reset through it. Setting an
    address that is not verified, even the same one again, sends a mail to verify it.

    Raises UsernameTaken, Invalid if the username is based on the password or the password is
    missing, WrongPassword, TooManyWrongPasswords, PreconditionFailed, SessionEnded or
    AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    accounts: AccountQueries
    confirm: ConfirmPassword
    clock: Clock
    new_id: NewId
    audit: AuditLog

    def __call__(
        self,
        caller: Caller,
        changes: ProfileChanges,
        client_info: ClientInfo,
        precondition: Precondition[Profile] = no_precondition,
        current_password: str | None = None,
    ) -> Profile:
        confirmed = self._confirm(caller, changes, current_password, client_info)
        username = changes.username
        compared = None if username is None else self._compare(caller, username, client_info)
        profile = self._save(caller, changes, confirmed, compared, precondition)
        if profile is None:
            # The password or the email address has changed meanwhile. Compare them again.
            return self(caller, changes, client_info, precondition, current_password)
        if confirmed is not None and confirmed.email != profile.email:
            self.audit.record(AuditEvent.EMAIL_CHANGED, caller.user_id, client_info=client_info)
        return profile

    @retry_on_contention
    def _save(
        self,
        caller: Caller,
        changes: ProfileChanges,
        confirmed: User | None,
        compared: User | None,
        precondition: Precondition[Profile],
    ) -> Profile | None:
        """None if something was compared with a password or an address that has changed."""
        with self.new_work(caller) as work:
            user = work.users.get_for_update(caller.user_id)
            hashes = {each.password_hash for each in (confirmed, compared) if each is not None}
            if hashes - {user.password_hash}:
                return None
            if confirmed is None and _changes_email(changes, user.email):
                return None
            before = Profile.of(user)
            user.edit(changes)
            work.users.save(user)
            old = before.email if before.email_verified else None
            is_set = not isinstance(changes.email, Unset) and not user.email_verified
            if is_set and (user.email or old):
                body = email_changed_body(user, old, self.clock.now())
                work.outbox.add(OutboxMessage(self.new_id(), user.id, body))
            precondition(before)
            work.commit()
        return Profile.of(user)

    def _confirm(
        self,
        caller: Caller,
        changes: ProfileChanges,
        current_password: str | None,
        client_info: ClientInfo,
    ) -> User | None:
        """The user whose password was compared, or None unless the email address changes."""
        if isinstance(changes.email, Unset):
            return None
        if not _changes_email(changes, self.accounts.get_profile(caller).email):
            return None
        if current_password is None:
            raise Invalid("current_password", "Required to change the email address.")
        return self.confirm(caller, current_password, client_info)

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


def _changes_email(changes: ProfileChanges, email: str | None) -> bool:
    return not isinstance(changes.email, Unset) and changes.email != email
