from dataclasses import dataclass

from application.accounts.confirm_password import ConfirmPassword, get_confirmed
from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import Password, PasswordRules
from domain.accounts.mail_token import TokenPurpose
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class ChangePassword:
    """Set a new password, and revoke all other sessions and tokens to reset the password.

    Raises WrongPassword, TooManyWrongPasswords, Invalid or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    confirm: ConfirmPassword
    rules: PasswordRules
    hasher: PasswordHasher
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(
        self, caller: Caller, current: str, new: Password, client_info: ClientInfo
    ) -> None:
        confirmed = self.confirm(caller, current, client_info)
        self.rules.check(new, confirmed.username, "new_password", confirmed.email)
        password_hash = self.hasher.hash(new.secret)
        with self.new_work(caller) as work:
            user = get_confirmed(work, confirmed)
            # Again, because the username may have changed.
            self.rules.check(new, user.username, "new_password", user.email)
            user.password_hash = password_hash
            work.users.save(user)
            work.sessions.revoke_live(caller.user_id, self.clock.now(), keep=caller.session_id)
            # Somebody else may have requested them.
            work.mail_tokens.remove_all(caller.user_id, TokenPurpose.RESET_PASSWORD)
            work.commit()
        self.audit.record(
            AuditEvent.PASSWORD_CHANGED, caller.user_id, caller.session_id, client_info
        )
