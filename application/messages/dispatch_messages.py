import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from application.messages.bodies import InternalType, event_data, to_json
from application.messages.create_reminders import LEAD
from application.ports.clock import Clock
from application.ports.identifiers import NewId
from application.ports.mail_queue import Audience, NewNotice
from application.ports.outbox import OutboxMessage
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.retries import retry_on_contention
from domain.events.messages import MessageType
from domain.mails.queued_mail import MailKind, QueuedMail
from domain.webhooks.delivery import Delivery, WebhookMessage
from domain.webhooks.webhook import CLOCK_TOLERANCE

# Messages per unit of work. With the longest bodies, for ten webhooks each, they take a quarter of
# the statement timeout.
BATCH = 10
# People per message and unit of work.
PAGE = 1_000
# Attendees get a mail when one of them changes.
TIME_AND_PLACE = {"start_time", "end_time", "location"}
# What a mail says about an event.
MAIL_FIELDS = ("id", "title", "timezone", *TIME_AND_PLACE)
FOR_WEBHOOKS = frozenset(MessageType)
Body: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class DispatchMessages:
    """Turn messages of the outbox into deliveries to webhooks and queued mails.

    A message leaves the outbox in the same transaction. If it is for a long list of people, it
    stays until the last page of mails. Without `is_mailing`, no mails are queued.
    """

    new_work: UnitOfWorkFactory
    clock: Clock
    new_id: NewId
    is_mailing: bool

    @retry_on_contention
    def __call__(self) -> int:
        """Returns the number of messages that it took; up to BATCH."""
        with self.new_work() as work:
            taken = [(each, json.loads(each.body)) for each in work.outbox.take(BATCH)]
            now = self.clock.now()
            self._queue_deliveries(work, taken, now)
            dispatched = [
                message.id
                for message, body in taken
                if not (self.is_mailing and self._has_more_mails(work, message, body, now))
            ]
            work.outbox.remove(dispatched)
            work.commit()
        return len(taken)

    def _queue_deliveries(
        self, work: UnitOfWork, taken: Sequence[tuple[OutboxMessage, Body]], now: datetime
    ) -> None:
        new = [
            (message, body["type"], datetime.fromisoformat(body["timestamp"]))
            for message, body in taken
            if body["type"] in FOR_WEBHOOKS and message.last_user_id is None
        ]
        owners = {message.owner_id for message, *_ in new if message.owner_id}
        webhooks = work.webhooks.enabled_of(owners)
        work.deliveries.add_all(
            [
                Delivery.queue(
                    self.new_id(),
                    webhook.id,
                    WebhookMessage(message.id, message_type, message.body),
                    webhook.queue_time(now),
                )
                for message, message_type, occurred_at in new
                for webhook in webhooks
                if webhook.user_id == message.owner_id and webhook.wants(message_type, occurred_at)
            ]
        )

    def _has_more_mails(
        self, work: UnitOfWork, message: OutboxMessage, body: Body, now: datetime
    ) -> bool:
        """Queue mails about the message. True if there is another page of them."""

        def queue(user_id: UUID, kind: MailKind, address: str | None, data: str = "") -> None:
            work.mails.add(
                QueuedMail(self.new_id(), message.id, user_id, kind, address, data, now, now)
            )

        data = body["data"]
        match body["type"]:
            case MessageType.EVENT_CANCELLED:
                return self._has_more_notices(work, message, body, MailKind.CALLED_OFF, now)
            case MessageType.EVENT_UPDATED:
                # Drafts have no attendees.
                if TIME_AND_PLACE & data["previous"].keys():
                    return self._has_more_notices(work, message, body, MailKind.MOVED, now)
            case InternalType.EVENT_REMINDER:
                return self._has_more_notices(work, message, body, MailKind.REMINDER, now)
            case MessageType.ATTENDANCE_PROMOTED:
                if event := work.events.find(UUID(data["event_id"])):
                    details = _mail_data(event_data(event, now))
                    queue(UUID(data["user_id"]), MailKind.PROMOTED, None, details)
            case InternalType.EMAIL_CHANGED:
                if data["new"]:
                    queue(UUID(data["user_id"]), MailKind.VERIFY_EMAIL, data["new"])
                if data["old"]:
                    queue(UUID(data["user_id"]), MailKind.EMAIL_CHANGED, data["old"])
            case InternalType.PASSWORD_RESET_REQUESTED:
                for user in work.mails.users_with_verified_email(data["email"]):
                    queue(user.id, MailKind.RESET_PASSWORD, user.email)
        return False

    def _has_more_notices(
        self, work: UnitOfWork, message: OutboxMessage, body: Body, kind: MailKind, now: datetime
    ) -> bool:
        event = body["data"]["event"]
        match kind:
            case MailKind.REMINDER:
                until = datetime.fromisoformat(event["start_time"]) - LEAD
            case MailKind.CALLED_OFF:
                # Nobody can join any more. The timestamp may be of a slower clock, or of when the
                # deletion of an account began.
                until = datetime.max.replace(tzinfo=UTC)
            case _:
                until = datetime.fromisoformat(body["timestamp"]) + CLOCK_TOLERANCE
        includes_waitlist = kind is not MailKind.REMINDER
        last_user_id = work.mails.add_page(
            Audience(UUID(event["id"]), until, includes_waitlist),
            NewNotice(kind, message.id, _mail_data(event, body["data"].get("previous")), now),
            after=message.last_user_id,
            limit=PAGE,
        )
        if last_user_id is not None:
            work.outbox.keep(message.id, last_user_id)
        return last_user_id is not None


def _mail_data(event: Mapping[str, Any], previous: Mapping[str, Any] | None = None) -> str:
    """`previous` is None unless the event moved."""
    data = {"event": {name: event[name] for name in MAIL_FIELDS}}
    if previous:
        data["previous"] = {name: previous.get(name, event[name]) for name in MAIL_FIELDS}
    return to_json(data)
