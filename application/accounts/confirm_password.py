from dataclasses import dataclass

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.accounts.credentials import password_forms
from domain.accounts.errors import WrongPassword
from domain.accounts.session import ClientInfo
from domain.accounts.user import User


@dataclass(frozen=True)
class ConfirmPassword:
    """Check the password again before an irreversible action.

    Raises WrongPassword, SessionEnded or AccountDeleted.
    """

    new_work: UnitOfWorkFactory
    hasher: PasswordHasher
    audit: AuditLog

    def __call__(self, caller: Caller, password: str, client_info: ClientInfo) -> User:
        with self.new_work(caller) as work:
            user = work.users.get(caller.user_id)
        forms = password_forms(password)
        if not any(self.hasher.matches(form, user.password_hash) for form in forms):
            self.audit.record(AuditEvent.WRONG_PASSWORD, caller.user_id, client_info=client_info)
            raise WrongPassword
        return user


def get_confirmed(work: UnitOfWork, confirmed: User) -> User:
    """The locked user. Raises AccountDeleted, or WrongPassword if the password has changed."""
    user = work.users.get_for_update(confirmed.id)
    if user.password_hash != confirmed.password_hash:
        raise WrongPassword
    return user
