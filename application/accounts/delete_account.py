from dataclasses import dataclass

from application.accounts.confirm_password import ConfirmPassword, get_confirmed
from application.accounts.withdraw_from_events import WithdrawFromEvents
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable
from application.ports.account_queries import Profile
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.unit_of_work import UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class DeleteAccount:
    """Delete the account and its drafts, call off its upcoming events, and give back its seats.

    Published events and seats in events that have started remain, without the user's name.
    Raises WrongPassword, TooManyWrongPasswords, PreconditionFailed or SessionEnded, or
    OutcomeUnknown if the account is deleted but not all of its events. FinishDeletions continues.
    """

    new_work: UnitOfWorkFactory
    confirm: ConfirmPassword
    withdraw_from_events: WithdrawFromEvents
    audit: AuditLog

    def __call__(
        self,
        caller: Caller,
        password: str,
        client_info: ClientInfo,
        precondition: Precondition[Profile] = no_precondition,
    ) -> None:
        # First, so that the user cannot publish events or take seats meanwhile.
        self._remove_account(caller, password, client_info, precondition)
        self.audit.record(AuditEvent.ACCOUNT_DELETED, caller.user_id, client_info=client_info)
        try:
            self.withdraw_from_events(caller.user_id)
        except Unavailable as error:
            raise OutcomeUnknown from error

    @retry_on_contention
    def _remove_account(
        self,
        caller: Caller,
        password: str,
        client_info: ClientInfo,
        precondition: Precondition[Profile],
    ) -> None:
        confirmed = self.confirm(caller, password, client_info)
        with self.new_work(caller) as work:
            user = get_confirmed(work, confirmed)
            precondition(Profile.of(user))
            work.users.remove(user)
            work.commit()
