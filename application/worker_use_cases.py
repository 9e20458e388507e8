"""Build the use cases of the worker from ports."""

from dataclasses import dataclass

from application.mails.claim_mails import ClaimMails
from application.mails.record_mail import RecordMail
from application.messages.create_reminders import CreateReminders
from application.messages.dispatch_messages import DispatchMessages
from application.ports.clock import Clock
from application.ports.delivery_metrics import DeliveryMetrics
from application.ports.identifiers import NewId
from application.ports.mail_templates import MailTemplates
from application.ports.mail_tokens import NewMailToken
from application.ports.random import Jitter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.webhooks.claim_deliveries import ClaimDeliveries
from application.webhooks.record_attempt import RecordAttempt


@dataclass(frozen=True)
class WorkerUseCases:
    dispatch_messages: DispatchMessages
    create_reminders: CreateReminders
    claim_deliveries: ClaimDeliveries
    record_attempt: RecordAttempt
    claim_mails: ClaimMails
    record_mail: RecordMail


def build_worker_use_cases(
    *,
    new_work: UnitOfWorkFactory,
    clock: Clock,
    new_id: NewId,
    new_mail_token: NewMailToken,
    templates: MailTemplates,
    jitter: Jitter,
    metrics: DeliveryMetrics,
    is_mailing: bool,
) -> WorkerUseCases:
    return WorkerUseCases(
        dispatch_messages=DispatchMessages(new_work, clock, new_id, is_mailing),
        create_reminders=CreateReminders(new_work, clock, new_id),
        claim_deliveries=ClaimDeliveries(new_work, clock, new_id),
        record_attempt=RecordAttempt(new_work, clock, jitter, metrics),
        claim_mails=ClaimMails(new_work, clock, new_id, new_mail_token, templates),
        record_mail=RecordMail(new_work, clock, jitter, metrics),
    )
