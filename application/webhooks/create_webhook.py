from collections.abc import Set
from dataclasses import dataclass, field

from application.caller import Caller
from application.ports.audit_log import AuditEvent, AuditLog
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import WebhookView
from application.ports.webhook_sender import NewWebhookSecret
from application.retries import retry_on_contention
from domain.accounts.session import ClientInfo
from domain.events.messages import MessageType
from domain.webhooks.errors import TooManyWebhooks
from domain.webhooks.webhook import MAX_WEBHOOKS, Webhook, WebhookDescription, WebhookUrl


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What the owner sets. `types` is None for all types."""

    url: str
    types: Set[MessageType] | None
    description: WebhookDescription


@dataclass(frozen=True, slots=True)
class CreatedWebhook:
    """The secret is returned only here."""

    webhook: WebhookView
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class CreateWebhook:
    """Raises Invalid, WebhookUrlRefused, TooManyWebhooks, SessionEnded or AccountDeleted."""

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId
    new_secret: NewWebhookSecret
    audit: AuditLog
    allows_private_networks: bool

    @retry_on_contention
    def __call__(self, caller: Caller, new: NewWebhook, client_info: ClientInfo) -> CreatedWebhook:
        WebhookUrl(new.url, allows_private_networks=self.allows_private_networks)
        with self.new_work(caller) as work:
            # Locked, so that concurrent requests are counted and the account stays.
            work.users.get_for_update(caller.user_id)
            if work.webhooks.count_of(caller.user_id) >= MAX_WEBHOOKS:
                raise TooManyWebhooks(MAX_WEBHOOKS)
            now = self.clock.now()
            webhook = Webhook(
                id=self.new_id(),
                user_id=caller.user_id,
                url=new.url,
                types=new.types,
                description=new.description,
                secret=self.new_secret(),
                created_at=now,
                enabled_at=now,
            )
            work.webhooks.add(webhook)
            work.commit()
        self.audit.record(AuditEvent.WEBHOOK_CREATED, caller.user_id, client_info=client_info)
        return CreatedWebhook(WebhookView.of(webhook), webhook.secret)
