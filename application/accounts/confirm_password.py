from dataclasses import dataclass

from application.accounts.compare_password import ComparePassword
from application.caller import Caller
from application.ports.account_queries import AccountQueries, Credentials
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.password_attempts import KeyedDigest
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.credentials import password_forms
from domain.accounts.errors import WrongPassword
from domain.accounts.session import ClientInfo
from domain.accounts.user import User


@dataclass(frozen=True)
class ConfirmPassword:
    """Check the password again before an irreversible action.

    Attempts are counted separately from logins, which anyone can try.
    Raises WrongPassword, TooManyWrongPasswords, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    accounts: AccountQueries
    compare: ComparePassword
    digest: KeyedDigest
    clock: Clock
    audit: AuditLog

    def __call__(self, caller: Caller, password: str, client_info: ClientInfo) -> User:
        credentials = self.credentials(caller)
        matching = self.compare(credentials, password_forms(password), client_info)
        user = credentials.user
        if user is None or matching is None:
            self.audit.record(AuditEvent.WRONG_PASSWORD, caller.user_id, client_info=client_info)
            raise WrongPassword
        if credentials.attempts.failures:
            self._reset(credentials.attempts_key)
        return user

    def credentials(self, caller: Caller, purpose: str = "confirmation") -> Credentials:
        """Attempts for each purpose are counted apart."""
        key = self.digest(purpose, str(caller.user_id))
        return self.accounts.get_credentials(caller, key, self.clock.now())

    @retry_on_contention
    def _reset(self, key: bytes) -> None:
        with self.new_work() as work:
            work.password_attempts.reset(key, self.clock.now())
            work.commit()


def get_confirmed(work: UnitOfWork, confirmed: User) -> User:
    """The locked user. Raises AccountDeleted, or WrongPassword if the password has changed."""
    user = work.users.get_for_update(confirmed.id)
    if user.password_hash != confirmed.password_hash:
        raise WrongPassword
    return user
