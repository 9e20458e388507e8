import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.mail_queue import ClaimedMail
from application.ports.mail_templates import EventDetails, MailTemplates, Recipient
from application.ports.mail_tokens import NewMailToken
from application.ports.mailer import Mail
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.accounts.mail_token import LIFETIMES, MailToken, TokenPurpose
from domain.mails.queued_mail import LEASE, MailKind, QueuedMail

PURPOSES = {
    MailKind.VERIFY_EMAIL: TokenPurpose.VERIFY_EMAIL,
    MailKind.RESET_PASSWORD: TokenPurpose.RESET_PASSWORD,
}


@dataclass(frozen=True, slots=True)
class MailToSend:
    lease_id: UUID
    mail: Mail


@dataclass(frozen=True)
class ClaimMails:
    """Lease due mails, to send them outside the transaction.

    Removes mails that their users no longer want or need. Each attempt gets a new token, whose
    lifetime begins now. If the process dies, the mails are due again after LEASE.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId
    new_token: NewMailToken
    templates: MailTemplates

    def __call__(self, limit: int) -> Sequence[MailToSend]:
        return [
            MailToSend(claimed.lease_id, self._render(claimed, address, token))
            for claimed, address, token in self._claim(limit)
        ]

    @retry_on_contention
    def _claim(self, limit: int) -> Sequence[tuple[ClaimedMail, str, str]]:
        """The mails with their addresses and tokens."""
        found = []
        with self.new_work() as work:
            now = self.clock.now()
            for claimed in work.mails.claim_due(now, limit, self.new_id(), now + LEASE):
                address = claimed.mail.recipient(claimed.user)
                if address is None or _is_late(claimed.mail, now):
                    work.mails.remove(claimed.mail.id)
                else:
                    found.append((claimed, address, self._issue_token(work, claimed, now)))
            work.commit()
        return found

    def _issue_token(self, work: UnitOfWork, claimed: ClaimedMail, now: datetime) -> str:
        mail = claimed.mail
        if mail.kind not in PURPOSES or mail.address is None:
            return ""
        token = self.new_token()
        work.mail_tokens.add(
            MailToken.issue(token, mail.user_id, PURPOSES[mail.kind], mail.address, now)
        )
        return token

    def _render(self, claimed: ClaimedMail, address: str, token: str) -> Mail:
        mail = claimed.mail
        recipient = Recipient(claimed.user.username, address)
        match mail.kind:
            case MailKind.VERIFY_EMAIL:
                lifetime = LIFETIMES[TokenPurpose.VERIFY_EMAIL]
                return self.templates.verify_address(mail.id, recipient, token, lifetime)
            case MailKind.RESET_PASSWORD:
                lifetime = LIFETIMES[TokenPurpose.RESET_PASSWORD]
                return self.templates.reset_password(mail.id, recipient, token, lifetime)
            case MailKind.EMAIL_CHANGED:
                return self.templates.address_changed(mail.id, recipient)
            case MailKind.MOVED:
                data = json.loads(mail.data)
                event, previous = _details(data["event"]), _details(data["previous"])
                return self.templates.moved(mail.id, recipient, event, previous)
            case MailKind.PROMOTED:
                render = self.templates.promoted
            case MailKind.CALLED_OFF:
                render = self.templates.called_off
            case MailKind.REMINDER:
                render = self.templates.reminder
        return render(mail.id, recipient, _details(json.loads(mail.data)["event"]))


def _is_late(mail: QueuedMail, now: datetime) -> bool:
    """Whether it is a reminder of an event that has started."""
    if mail.kind is not MailKind.REMINDER:
        return False
    return _details(json.loads(mail.data)["event"]).start_time <= now


def _details(event: dict[str, str]) -> EventDetails:
    return EventDetails(
        id=UUID(event["id"]),
        title=event["title"],
        start_time=datetime.fromisoformat(event["start_time"]),
        end_time=datetime.fromisoformat(event["end_time"]),
        time_zone=event["timezone"],
        location=event["location"],
    )
