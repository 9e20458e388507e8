"""Each adapter of a port in turn: what holds for one must hold for the other."""

from dataclasses import dataclass

import pytest

from adapters.postgres.accounts.queries import PostgresAccountQueries
from adapters.postgres.calendars.queries import PostgresCalendarQueries
from adapters.postgres.citus.account_queries import CitusAccountQueries
from adapters.postgres.citus.calendar_queries import CitusCalendarQueries
from adapters.postgres.citus.event_queries import CitusEventQueries
from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.events import queries, statements
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.postgres.webhooks.queries import PostgresWebhookQueries
from application.caller import Caller
from application.events.join_waitlist import JoinWaitlist
from application.events.leave_waitlist import LeaveWaitlist
from application.events.update_event import UpdateEvent
from application.ports.account_queries import AccountQueries
from application.ports.calendar_queries import CalendarQueries
from application.ports.event_queries import MAX_SORTED, EventQueries
from application.ports.unit_of_work import UnitOfWorkFactory
from application.ports.webhook_queries import WebhookQueries
from domain.events.description import Capacity
from domain.events.event import EventChanges, Seat
from domain.events.state import NO_REASON
from entrypoints.settings import CITUS, read_database_type
from tests.builders import NOON, a_user, an_event
from tests.fakes.clock import FakeClock
from tests.fakes.memory import MemoryStore, MemoryUnitOfWorkFactory
from tests.fakes.memory_calendar_queries import MemoryCalendarQueries
from tests.fakes.memory_queries import MemoryAccountQueries, MemoryEventQueries
from tests.fakes.memory_webhook_queries import MemoryWebhookQueries
from tests.fakes.seat_metrics import SeatMetricsInMemory
from tests.storage import add_all, change

ON_CITUS = read_database_type() == CITUS


@dataclass(frozen=True)
class Storage:
    new_work: UnitOfWorkFactory
    accounts: AccountQueries
    events: EventQueries
    calendars: CalendarQueries
    webhooks: WebhookQueries
    seat_metrics: SeatMetricsInMemory

    def keep(self, *things):
        """Commit users, sessions, events and webhooks, in this order."""
        add_all(self.new_work, *things)

    def commit(self, act):
        """Call `act` with a unit of work, commit, and return its result."""
        with self.new_work() as work:
            result = act(work)
            work.commit()
        return result

    def keep_event(self, creator, **values):
        event = an_event(creator_id=creator.id, **values)
        self.keep(event)
        return event

    def seat(self, event, user, now=NOON):
        change(self.new_work, event, lambda loaded: loaded.attend(now), user)

    def unseat(self, event, user, now=NOON):
        change(self.new_work, event, lambda loaded: loaded.cancel(now), user)

    def join_waitlist(self, event, user, now=NOON):
        return JoinWaitlist(self.new_work, FakeClock(now))(event.id, Caller(user.id))

    def leave_waitlist(self, event, user):
        LeaveWaitlist(self.new_work, FakeClock())(event.id, Caller(user.id))

    def promote(self, event, capacity, now=NOON):
        """Raise the capacity, which promotes those who wait."""
        update = UpdateEvent(self.new_work, FakeClock(now))
        return update(event.id, Caller(event.creator_id), EventChanges(capacity=Capacity(capacity)))

    def delete_account(self, user):
        with self.new_work() as work:
            work.users.remove(work.users.find_for_update(user.id))
            work.commit()

    def call_off(self, event, reason=NO_REASON, now=NOON):
        by = event.creator_id
        change(self.new_work, event, lambda loaded: loaded.call_off(reason, by, now))

    def publish(self, event, now=NOON):
        change(self.new_work, event, lambda loaded: loaded.publish(event.creator_id, now))

    def load(self, event, user):
        with self.new_work() as work:
            return work.events.get_for_update(event.id, attendee=user.id)

    def seat_of(self, event, user) -> Seat:
        return self.load(event, user).seat


@pytest.fixture(params=["citus"] if ON_CITUS else ["memory", "postgres"])
def storage(request):
    return request.getfixturevalue(f"{request.param}_storage")


@pytest.fixture(
    params=["citus"]
    if ON_CITUS
    else ["memory", "postgres", "postgres, by scan", "postgres, by scan and candidates"]
)
def storage_in_each_way(request, monkeypatch):
    """PostgreSQL finds a page of events in three ways."""
    name, _, way = request.param.partition(", ")

    def bounds(page_request, key, max_sorted):
        # In order of start time, the scan is the last way.
        is_scanned = way == "by scan" or key.sort.field == "start_time"
        skipped = ["few"] if is_scanned else ["few", "scanned"]
        return statements.bounds(page_request, key, max_sorted) | dict.fromkeys(skipped, 0)

    if way:
        monkeypatch.setattr(queries, "bounds", bounds)
    return request.getfixturevalue(f"{name}_storage")


@pytest.fixture
def max_sorted():
    return MAX_SORTED


@pytest.fixture
def memory_storage(max_sorted):
    store, seat_metrics = MemoryStore(), SeatMetricsInMemory()
    return Storage(
        MemoryUnitOfWorkFactory(store, seat_metrics),
        MemoryAccountQueries(store),
        MemoryEventQueries(store, max_sorted),
        MemoryCalendarQueries(store),
        MemoryWebhookQueries(store),
        seat_metrics,
    )


@pytest.fixture
def postgres_storage(is_citus, empty_database, max_sorted):
    if is_citus:
        pytest.skip("only on plain PostgreSQL")
    reader, seat_metrics = Reader(empty_database), SeatMetricsInMemory()
    return Storage(
        PostgresUnitOfWorkFactory(empty_database, seat_metrics),
        PostgresAccountQueries(reader),
        PostgresEventQueries(reader, max_sorted),
        PostgresCalendarQueries(reader),
        PostgresWebhookQueries(reader),
        seat_metrics,
    )


@pytest.fixture
def citus_storage(empty_database, max_sorted):
    reader, seat_metrics = Reader(empty_database), SeatMetricsInMemory()
    return Storage(
        CitusUnitOfWorkFactory(empty_database, seat_metrics),
        CitusAccountQueries(reader),
        CitusEventQueries(reader, max_sorted),
        CitusCalendarQueries(reader),
        PostgresWebhookQueries(reader),
        seat_metrics,
    )


@pytest.fixture
def database_storage(request, is_citus):
    return request.getfixturevalue("citus_storage" if is_citus else "postgres_storage")


@pytest.fixture
def ada(storage):
    user = a_user("ada")
    storage.keep(user)
    return user


@pytest.fixture
def grace(storage):
    user = a_user("grace")
    storage.keep(user)
    return user
