from dataclasses import dataclass

from application.accounts.user_of_token import user_of_token
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.password_attempts import KeyedDigest
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import Password, PasswordRules, fold_username
from domain.accounts.mail_token import TokenPurpose
from domain.accounts.session import ClientInfo
from domain.accounts.user import User

PURPOSE = TokenPurpose.RESET_PASSWORD


@dataclass(frozen=True)
class ResetPassword:
    """Set a new password with the token of a mail, and revoke all sessions.

    Raises InvalidMailToken, or Invalid if the password is easy to guess.
    """

    new_work: UnitOfWorkFactory
    rules: PasswordRules
    hasher: PasswordHasher
    digest: KeyedDigest
    clock: Clock
    audit: AuditLog

    def __call__(self, token: str, new: Password, client_info: ClientInfo) -> None:
        self._check(token, new)
        # Outside a unit of work: hashing is slow on purpose and must not hold a connection.
        password_hash = self.hasher.hash(new.secret)
        user = self._save(token, new, password_hash, client_info)
        self.audit.record(AuditEvent.PASSWORD_RESET, user.id, client_info=client_info)

    @retry_on_contention
    def _check(self, token: str, new: Password) -> None:
        with self.new_work() as work:
            user = user_of_token(work, token, PURPOSE, self.clock.now())
        self.rules.check(new, user.username, "new_password", user.email)

    @retry_on_contention
    def _save(self, token: str, new: Password, password_hash: str, client_info: ClientInfo) -> User:
        with self.new_work() as work:
            now = self.clock.now()
            user = user_of_token(work, token, PURPOSE, now)
            # Again, because the username may have changed.
            self.rules.check(new, user.username, "new_password", user.email)
            user.password_hash = password_hash
            work.users.save(user)
            work.sessions.revoke_live(user.id, now)
            work.mail_tokens.remove_all(user.id, PURPOSE)
            # Neither guesses of others nor the user's own must delay the login.
            name = fold_username(user.username)
            keys = self.digest("login", name), self.digest("login", name, client_info.network)
            for key in sorted(keys):
                work.password_attempts.reset(key, now)
            work.commit()
        return user
