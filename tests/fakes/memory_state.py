"""What the store in memory keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from application.caller import Caller
from application.idempotency import IdempotencyRecord
from application.ports.outbox import OutboxMessage
from domain.accounts.errors import SessionEnded
from domain.accounts.mail_token import MailToken
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME, PasswordAttempts
from domain.accounts.session import Session
from domain.accounts.user import User
from domain.calendars.feed import CalendarFeed
from domain.events.event import Event, Seat
from domain.events.state import EventState
from domain.events.waitlist import WaitlistEntry
from domain.mails.queued_mail import QueuedMail
from domain.webhooks.delivery import Delivery
from domain.webhooks.webhook import Webhook

NO_PLACE: dict[str, Any] = {"seat": Seat(UUID(int=0)), "waitlist_entry": None}


def is_visible(event: Event, user_id: UUID) -> bool:
    return event.state is not EventState.DRAFT or event.creator_id == user_id


@dataclass
class State:
    users: dict[UUID, User] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    password_attempts: dict[bytes, PasswordAttempts] = field(default_factory=dict)
    events: dict[UUID, Event] = field(default_factory=dict)
    attendances: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    waitlists: dict[UUID, dict[UUID, WaitlistEntry]] = field(default_factory=dict)
    idempotency: dict[tuple[UUID, str], IdempotencyRecord] = field(default_factory=dict)
    calendar_feeds: dict[UUID, CalendarFeed] = field(default_factory=dict)
    outbox: dict[UUID, OutboxMessage] = field(default_factory=dict)  # oldest first
    webhooks: dict[UUID, Webhook] = field(default_factory=dict)
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    mails: dict[UUID, QueuedMail] = field(default_factory=dict)
    leases: dict[UUID, UUID] = field(default_factory=dict)  # of deliveries and mails
    mail_tokens: dict[bytes, MailToken] = field(default_factory=dict)
    reminders: set[tuple[UUID, datetime]] = field(default_factory=set)

    def attempts_with(self, key: bytes, now: datetime) -> PasswordAttempts:
        attempts = self.password_attempts.get(key, PasswordAttempts())
        is_forgotten = attempts.last_at is None or attempts.last_at <= now - ATTEMPTS_LIFETIME
        return PasswordAttempts() if is_forgotten else attempts

    def is_affected_by_deletion(self, event: Event, user_id: UUID, now: datetime) -> bool:
        is_own = event.creator_id == user_id
        if event.state is EventState.DRAFT:
            return is_own
        is_own_published = is_own and event.state is EventState.PUBLISHED
        is_attending = (event.id, user_id) in self.attendances
        is_waiting = self.waitlist_entry(event.id, user_id) is not None
        return (is_own_published or is_attending or is_waiting) and event.is_upcoming(now)

    def waitlist(self, event_id: UUID) -> list[WaitlistEntry]:
        entries = self.waitlists.get(event_id, {}).values()
        return sorted(entries, key=lambda entry: entry.number)

    def waitlist_entry(self, event_id: UUID, user_id: UUID) -> WaitlistEntry | None:
        return self.waitlists.get(event_id, {}).get(user_id)

    def waitlist_position(self, event_id: UUID, number: int) -> int:
        return sum(entry.number <= number for entry in self.waitlist(event_id))

    def require_live_session(self, caller: Caller | None) -> None:
        if caller is None or caller.session_id is None:
            return
        session = self.sessions.get(caller.session_id)
        if (
            session is None
            or session.user_id != caller.user_id
            or not session.is_live(caller.authenticated_at)
        ):
            raise SessionEnded
