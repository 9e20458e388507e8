"""All use cases around one store in memory: a Turnout without input and output."""

import json
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from adapters.mail.mail_templates import JinjaMailTemplates
from adapters.security.secrets import HmacDigest
from application.caller import Caller
from application.ports.event_queries import EventView
from application.use_cases import build_use_cases
from application.worker_use_cases import build_worker_use_cases
from domain.accounts.credentials import Password, PasswordRules, Username
from domain.accounts.session import REFRESH_TOKEN_REUSE_LEEWAY
from domain.calendars.feed import FeedSecret
from domain.events.description import Capacity, Title
from domain.events.event import MAX_UPCOMING_EVENTS, NewEvent
from domain.events.state import NO_REASON, EventState
from domain.webhooks.webhook import SECRET_BYTES
from tests.builders import DAY, HOUR, NOON
from tests.fakes.clock import FakeClock
from tests.fakes.delivery_metrics import DeliveryMetricsInMemory
from tests.fakes.memory import MemoryStore, MemoryUnitOfWorkFactory
from tests.fakes.memory_calendar_queries import MemoryCalendarQueries
from tests.fakes.memory_queries import MemoryAccountQueries, MemoryEventQueries
from tests.fakes.memory_webhook_queries import MemoryWebhookQueries
from tests.fakes.seat_metrics import SeatMetricsInMemory
from tests.fakes.security import AuditInMemory, ReversingHasher, TokensInMemory


class World:
    def __init__(self, factory: type[MemoryUnitOfWorkFactory] = MemoryUnitOfWorkFactory) -> None:
        self.store = MemoryStore()
        self.clock = FakeClock()
        self.hasher = ReversingHasher()
        self.audit = AuditInMemory()
        self.seat_metrics = SeatMetricsInMemory()
        self.delivery_metrics = DeliveryMetricsInMemory()
        self.new_work = factory(self.store, self.seat_metrics)
        self._numbers = count(1)
        self._use_cases = build_use_cases(
            new_work=self.new_work,
            accounts=MemoryAccountQueries(self.store),
            events=MemoryEventQueries(self.store),
            calendars=MemoryCalendarQueries(self.store),
            webhooks=MemoryWebhookQueries(self.store),
            tokens=TokensInMemory(),
            hasher=self.hasher,
            password_rules=PasswordRules({"password123"}),
            digest=HmacDigest("a key"),
            clock=self.clock,
            new_id=self.new_id,
            new_feed_secret=lambda: FeedSecret(f"{next(self._numbers):043}"),
            new_webhook_secret=lambda: next(self._numbers).to_bytes(SECRET_BYTES),
            audit=self.audit,
            session_max_age=30 * DAY,
            refresh_token_reuse_leeway=REFRESH_TOKEN_REUSE_LEEWAY,
            max_upcoming_events=MAX_UPCOMING_EVENTS,
            is_mailing=True,
            webhooks_allow_private_networks=False,
        )
        self._worker_use_cases = build_worker_use_cases(
            new_work=self.new_work,
            clock=self.clock,
            new_id=self.new_id,
            new_mail_token=lambda: f"token-{next(self._numbers)}",
            templates=JinjaMailTemplates("https://turnout.example"),
            jitter=lambda: 0.0,
            metrics=self.delivery_metrics,
            is_mailing=True,
        )

    def __getattr__(self, name: str) -> Any:
        """A use case of the API or of the worker."""
        is_of_worker = hasattr(self._worker_use_cases, name)
        return getattr(self._worker_use_cases if is_of_worker else self._use_cases, name)

    def new_id(self) -> UUID:
        return UUID(int=next(self._numbers))

    def person(self, name: str) -> Caller:
        return Caller(self.sign_up(Username(name), Password(f"{name}'s password"), None).id)

    def with_verified_email(self, name: str) -> Caller:
        caller = self.person(name)
        user = self.store.committed.users[caller.user_id]
        user.email = f"{name}@example.org"
        user.verify_email()
        return caller

    def messages(self) -> list[dict[str, Any]]:
        """The bodies in the outbox, oldest first."""
        return [json.loads(message.body) for message in self.store.committed.outbox.values()]

    def published(
        self, creator: Caller, capacity: int = 2, start: timedelta = DAY, **fields: Any
    ) -> EventView:
        new = NewEvent(
            title=Title("Tea"),
            start_time=NOON + start,
            end_time=NOON + start + HOUR,
            capacity=Capacity(capacity),
            **fields,
        )
        view: EventView = self.create_event(creator, new, respond=lambda view: view)
        return view

    def draft(self, creator: Caller, start: timedelta = DAY) -> EventView:
        return self.published(creator, start=start, state=EventState.DRAFT)

    def called_off(self, creator: Caller, start: timedelta = DAY) -> EventView:
        event = self.published(creator, start=start)
        view: EventView = self.call_off_event(event.id, creator, NO_REASON)
        return view
