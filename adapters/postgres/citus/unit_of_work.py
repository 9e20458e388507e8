from functools import cached_property

from adapters.postgres.citus.events import CitusEventRepository
from adapters.postgres.citus.idempotency import CitusIdempotencyStore
from adapters.postgres.citus.mails import CitusMailQueue
from adapters.postgres.citus.outbox import CitusOutbox
from adapters.postgres.citus.reminders import CitusReminders
from adapters.postgres.citus.users import CitusUserRepository
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitOfWorkFactory


class CitusUnitOfWork(PostgresUnitOfWork):
    """Commits in two phases if it has changed rows on several workers."""

    @cached_property
    def users(self) -> CitusUserRepository:
        return CitusUserRepository(self._transaction)

    @cached_property
    def events(self) -> CitusEventRepository:
        return CitusEventRepository(self._transaction)

    @cached_property
    def idempotency(self) -> CitusIdempotencyStore:
        return CitusIdempotencyStore(self._transaction)

    @cached_property
    def outbox(self) -> CitusOutbox:
        return CitusOutbox(self._transaction)

    @cached_property
    def mails(self) -> CitusMailQueue:
        return CitusMailQueue(self._transaction)

    @cached_property
    def reminders(self) -> CitusReminders:
        return CitusReminders(self._transaction)


class CitusUnitOfWorkFactory(PostgresUnitOfWorkFactory):
    unit_of_work = CitusUnitOfWork
