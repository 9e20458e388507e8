from dataclasses import dataclass
from uuid import UUID

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import WebhookView
from application.ports.webhook_sender import NewWebhookSecret
from application.retries import retry_on_contention
from application.webhooks.create_webhook import CreatedWebhook
from domain.accounts.session import ClientInfo


@dataclass(frozen=True)
class RotateWebhookSecret:
    """Replace the secret. The previous one also signs for ROTATION.

    Raises WebhookNotFound or SessionEnded.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_secret: NewWebhookSecret
    audit: AuditLog

    @retry_on_contention
    def __call__(self, webhook_id: UUID, caller: Caller, client_info: ClientInfo) -> CreatedWebhook:
        with self.new_work(caller) as work:
            webhook = work.webhooks.get_for_update(webhook_id, caller.user_id)
            webhook.rotate_secret(self.new_secret(), self.clock.now())
            work.webhooks.save(webhook)
            work.commit()
        self.audit.record(
            AuditEvent.WEBHOOK_SECRET_ROTATED, caller.user_id, client_info=client_info
        )
        return CreatedWebhook(WebhookView.of(webhook), webhook.secret)
