from dataclasses import dataclass

from application.accounts.user_of_token import user_of_token
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.mail_token import TokenPurpose
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class VerifyEmail:
    """Mark the address that a token was sent to as verified. Raises InvalidMailToken."""

    new_work: UnitOfWorkFactory
    clock: Clock
    audit: AuditLog

    @retry_on_contention
    def __call__(self, token: str, client_info: ClientInfo) -> None:
        with self.new_work() as work:
            purpose = TokenPurpose.VERIFY_EMAIL
            user = user_of_token(work, token, purpose, self.clock.now())
            user.verify_email()
            work.users.save(user)
            work.mail_tokens.remove_all(user.id, purpose)
            work.commit()
        self.audit.record(AuditEvent.EMAIL_VERIFIED, user.id, client_info=client_info)
