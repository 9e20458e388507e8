from dataclasses import dataclass
from enum import Enum, auto

from application.mails.claim_mails import MailToSend
from application.ports.clock import Clock
from application.ports.delivery_metrics import DeliveryMetrics, Outcome
from application.ports.random import Jitter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.retries import retry_on_contention


class SendResult(Enum):
    SENT = auto()
    REJECTED = auto()  # for good
    NOT_SENT = auto()  # or not known


@dataclass(frozen=True)
class RecordMail:
    """Remove a mail that was sent or rejected; send others again later.

    Returns the outcome, or None if the mail's lease was replaced. Gives up after some days.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    jitter: Jitter
    metrics: DeliveryMetrics

    def __call__(self, mail: MailToSend, result: SendResult) -> Outcome | None:
        outcome = self._save(mail, result)
        if outcome is not None:
            self.metrics.count_mail(outcome)
        return outcome

    @retry_on_contention
    def _save(self, sent: MailToSend, result: SendResult) -> Outcome | None:
        with self.new_work() as work:
            mail = work.mails.find_leased_for_update(sent.mail.id, sent.lease_id)
            if mail is None:
                return None
            if result is SendResult.NOT_SENT and mail.postpone(self.clock.now(), self.jitter()):
                outcome = Outcome.RETRY
                work.mails.save(mail)
            else:
                outcome = Outcome.SUCCESS if result is SendResult.SENT else Outcome.FAILURE
                work.mails.remove(mail.id)
            work.commit()
        return outcome
