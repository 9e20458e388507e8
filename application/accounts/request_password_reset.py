from dataclasses import dataclass

from application.messages.bodies import password_reset_body
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.outbox import OutboxMessage
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.errors import MailDisabled
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RequestPasswordReset:
    """Mail a token to each account with this verified address.

    Does the same for every address, so that neither the response nor its time shows whether there
    is an account: the worker looks for accounts. Raises MailDisabled.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId
    audit: AuditLog
    is_mailing: bool

    @retry_on_contention
    def __call__(self, email: str, client_info: ClientInfo) -> None:
        if not self.is_mailing:
            raise MailDisabled
        with self.new_work() as work:
            body = password_reset_body(email, self.clock.now())
            work.outbox.add(OutboxMessage(self.new_id(), None, body))
            work.commit()
        self.audit.record(AuditEvent.PASSWORD_RESET_REQUESTED, None, client_info=client_info)
