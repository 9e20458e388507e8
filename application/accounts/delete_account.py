from dataclasses import dataclass
from uuid import UUID

from application.accounts.confirm_password import ConfirmPassword, get_confirmed
from application.caller import Caller
from application.ports.account_queries import Profile
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.preconditions import Precondition, no_precondition
from application.retries import retry_on_contention
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class DeleteAccount:
    """Delete the account, the user's upcoming events, and their seats at other upcoming events.

    Events that have started remain, with the user's seats but without their name.
    Raises WrongPassword, TooManyWrongPasswords, PreconditionFailed or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    confirm: ConfirmPassword
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(
        self,
        caller: Caller,
        password: str,
        client_info: ClientInfo,
        precondition: Precondition[Profile] = no_precondition,
    ) -> None:
        confirmed = self.confirm(caller, password, client_info)
        with self.new_work(caller) as work:
            # While the user is locked, they can neither publish an event nor take a seat.
            user = get_confirmed(work, confirmed)
            precondition(Profile.of(user))
            self._leave_upcoming_events(work, caller.user_id)
            work.users.remove(user)
            work.commit()
        self.audit.record(AuditEvent.ACCOUNT_DELETED, caller.user_id, client_info=client_info)

    def _leave_upcoming_events(self, work: UnitOfWork, user_id: UUID) -> None:
        # One instant for all events, so that none starts while this runs.
        now = self.clock.now()
        for event_id in work.events.upcoming_of(user_id, now):
            event = work.events.find_for_update(event_id, attendee=user_id)
            if event is None or not event.is_upcoming(now):
                continue  # changed while waiting for the lock
            if event.creator_id == user_id:
                work.events.remove(event)
            else:
                event.cancel(now)
                work.events.save(event)
