from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Engine
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from adapters.postgres.accounts.password_attempts import PostgresPasswordAttemptCounters
from adapters.postgres.accounts.sessions import PostgresSessionRepository
from adapters.postgres.accounts.users import PostgresUserRepository
from adapters.postgres.calendars.feeds import PostgresCalendarFeeds
from adapters.postgres.connection import DriverConnection
from adapters.postgres.events.repository import PostgresEventRepository
from adapters.postgres.events.writes import SeatChange
from adapters.postgres.idempotency import PostgresIdempotencyStore
from adapters.postgres.mails.queue import PostgresMailQueue
from adapters.postgres.mails.reminders import PostgresReminders
from adapters.postgres.mails.tokens import PostgresMailTokens
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.transaction import Transaction
from adapters.postgres.webhooks.deliveries import PostgresDeliveryRepository
from adapters.postgres.webhooks.webhooks import PostgresWebhookRepository
from application.caller import Caller
from application.errors import Contended
from application.ports.seat_metrics import SeatMetrics
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

Result = TypeVar("Result")

ATTEMPTS = 5
# No attempt starts later than this: a lock that stays held is waited for at most twice.
LAST_ATTEMPT_S = 1.5
FIRST_PAUSE_S = 0.02
MAX_PAUSE_S = 0.2


class PostgresUnitOfWork(UnitOfWork):
    """One READ COMMITTED transaction: rows that a decision depends on are locked first."""

    def __init__(
        self,
        engine: Engine,
        seat_metrics: SeatMetrics | None = None,
        caller: Caller | None = None,
    ) -> None:
        self._connection = DriverConnection(engine)
        self._caller = caller
        self._seat_metrics = seat_metrics

    def __enter__(self) -> Self:
        self._connection.__enter__()
        self._transaction = Transaction(self._connection, self._caller)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    @cached_property
    def users(self) -> PostgresUserRepository:
        return PostgresUserRepository(self._transaction)

    @cached_property
    def sessions(self) -> PostgresSessionRepository:
        return PostgresSessionRepository(self._transaction)

    @cached_property
    def password_attempts(self) -> PostgresPasswordAttemptCounters:
        return PostgresPasswordAttemptCounters(self._transaction)

    @cached_property
    def events(self) -> PostgresEventRepository:
        return PostgresEventRepository(self._transaction)

    @cached_property
    def idempotency(self) -> PostgresIdempotencyStore:
        return PostgresIdempotencyStore(self._transaction)

    @cached_property
    def calendar_feeds(self) -> PostgresCalendarFeeds:
        return PostgresCalendarFeeds(self._transaction)

    @cached_property
    def outbox(self) -> PostgresOutbox:
        return PostgresOutbox(self._transaction)

    @cached_property
    def webhooks(self) -> PostgresWebhookRepository:
        return PostgresWebhookRepository(self._transaction)

    @cached_property
    def deliveries(self) -> PostgresDeliveryRepository:
        return PostgresDeliveryRepository(self._transaction)

    @cached_property
    def mails(self) -> PostgresMailQueue:
        return PostgresMailQueue(self._transaction)

    @cached_property
    def mail_tokens(self) -> PostgresMailTokens:
        return PostgresMailTokens(self._transaction)

    @cached_property
    def reminders(self) -> PostgresReminders:
        return PostgresReminders(self._transaction)

    def commit(self) -> None:
        self._transaction.commit()
        if self._seat_metrics and (changes := self.events.seats_changed):
            taken = changes.count(SeatChange.TAKEN)
            self._seat_metrics.count(taken, len(changes) - taken)
            changes.clear()


class PostgresUnitOfWorkFactory(UnitOfWorkFactory):
    unit_of_work = PostgresUnitOfWork

    def __init__(self, engine: Engine, seat_metrics: SeatMetrics | None = None) -> None:
        self._engine = engine
        self._seat_metrics = seat_metrics
        self._retrying = Retrying(
            retry=retry_if_exception_type(Contended),
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(LAST_ATTEMPT_S),
            wait=wait_random_exponential(multiplier=FIRST_PAUSE_S, max=MAX_PAUSE_S),
            reraise=True,
        )

    def __call__(self, caller: Caller | None = None) -> PostgresUnitOfWork:
        return self.unit_of_work(self._engine, self._seat_metrics, caller)

    def retrying(self, act: Callable[[], Result]) -> Result:
        return self._retrying(act)
