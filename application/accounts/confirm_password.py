from dataclasses import dataclass

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.password_hasher import PasswordHasher
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.accounts.errors import InvalidToken, WrongPassword
from domain.accounts.session import ClientInfo
from domain.accounts.user import User


@dataclass(frozen=True)
class ConfirmPassword:
    """Ask for the password again, before what can't be undone.

    Raises WrongPassword or SessionEnded, or InvalidToken when the account is gone.
    """

    new_work: UnitOfWorkFactory
    hasher: PasswordHasher
    audit: AuditLog

    def __call__(self, caller: Caller, password: str, client_info: ClientInfo) -> User:
        with self.new_work(caller) as work:
            user = work.users.find(caller.user_id)
        if user is None:
            raise InvalidToken
        if not self.hasher.matches(password, user.password_hash):
            self.audit.record(AuditEvent.WRONG_PASSWORD, caller.user_id, client_info=client_info)
            raise WrongPassword
        return user


def get_confirmed(work: UnitOfWork, confirmed: User) -> User:
    """The user, locked, with the password still the one that was confirmed.

    Raises WrongPassword when it was changed meanwhile, or InvalidToken when the account is gone.
    """
    user = work.users.find_for_update(confirmed.id)
    if user is None:
        raise InvalidToken
    if user.password_hash != confirmed.password_hash:
        raise WrongPassword
    return user
