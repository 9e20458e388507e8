"""Domain objects with default values, so that a test names only what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.accounts.credentials import Username
from domain.accounts.session import ClientInfo, Session
from domain.accounts.user import User
from domain.events.description import Capacity, Description, Title
from domain.events.event import DETAILS, Event, NewEvent, Seat
from domain.events.registration import RegistrationWindow
from domain.events.schedule import Schedule
from domain.events.state import NO_REASON, EventState
from domain.mails.queued_mail import MailKind, QueuedMail
from domain.webhooks.delivery import Delivery, WebhookMessage
from domain.webhooks.webhook import Webhook, WebhookDescription

NOON = datetime(2030, 5, 17, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def an_event(
    *,
    capacity: int = 10,
    start_time: datetime = NOON + HOUR,
    end_time: datetime | None = None,
    creator_id: UUID | None = None,
    seat: Seat | None = None,
    state: EventState = EventState.PUBLISHED,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    **fields: Any,
) -> Event:
    new = NewEvent(
        title=Title("Tea for two"),
        description=Description("Bring a cup."),
        start_time=start_time,
        end_time=end_time or start_time + HOUR,
        capacity=Capacity(capacity),
    )
    values: dict[str, Any] = {name: getattr(new, name) for name in DETAILS} | {
        "id": uuid4(),
        "attendees_count": 0,
        "waitlist_count": 0,
        "last_waitlist_number": 0,
        "waitlist_entry": None,
        "created_at": NOON - DAY,
        "published_at": None if state is EventState.DRAFT else NOON - DAY,
        "cancelled_at": NOON - DAY if state is EventState.CANCELLED else None,
        "cancellation_reason": NO_REASON if state is EventState.CANCELLED else None,
        "updated_at": NOON - DAY,
        "revision": 0,
    }
    return Event(
        creator_id=creator_id or uuid4(),
        state=state,
        schedule=Schedule(new.start_time, new.end_time),
        registration=RegistrationWindow(opens_at, closes_at),
        seat=seat or Seat(uuid4()),
        **values | fields,
    )


def a_user(username: str = "ada", **fields: Any) -> User:
    values: dict[str, Any] = {
        "id": uuid4(),
        "email": f"{username}@example.org",
        "password_hash": "hash of ada's password",
        "created_at": NOON - DAY,
    }
    return User(username=Username(username), **values | fields)


CLIENT_INFO = ClientInfo("192.0.2.7", "curl/8.14.1")


def a_session(refresh_token: str = "first", now: datetime = NOON, **fields: Any) -> Session:
    session = Session.open(
        session_id=uuid4(),
        user_id=uuid4(),
        refresh_token=refresh_token,
        now=now,
        ends_at=now + 30 * DAY,
        client_info=CLIENT_INFO,
    )
    for name, value in fields.items():
        setattr(session, name, value)
    return session


def a_webhook(**fields: Any) -> Webhook:
    values: dict[str, Any] = {
        "id": uuid4(),
        "user_id": uuid4(),
        "url": "https://example.org/turnout",
        "types": None,
        "description": WebhookDescription(""),
        "secret": b"a secret of thirty-two bytes....",
        "created_at": NOON - DAY,
        "enabled_at": NOON - DAY,
    }
    return Webhook(**values | fields)


def a_delivery(webhook: Webhook | None = None, now: datetime = NOON, **fields: Any) -> Delivery:
    """Due since `now`."""
    message = WebhookMessage(uuid4(), "event.published", '{"type":"event.published"}')
    delivery = Delivery.queue(uuid4(), webhook.id if webhook else uuid4(), message, now)
    for name, value in fields.items():
        setattr(delivery, name, value)
    return delivery


def a_queued_mail(user: User | None = None, now: datetime = NOON, **fields: Any) -> QueuedMail:
    """Due since `now`."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "message_id": uuid4(),
        "user_id": user.id if user else uuid4(),
        "kind": MailKind.RESET_PASSWORD,
        "address": user.email if user else "ada@example.org",
        "data": "",
        "created_at": now,
        "next_attempt_at": now,
    }
    return QueuedMail(**values | fields)


def a_verified_user(username: str = "ada", **fields: Any) -> User:
    email = f"{username}@example.org"
    return a_user(username, **{"email": email, "verified_email": email} | fields)
