"""What is due, for the worker's metrics."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.postgres.maintenance.backlogs import read_backlogs
from adapters.postgres.reader import Reader
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.ports.backlogs import Backlog, Backlogs
from application.ports.outbox import OutboxMessage
from domain.webhooks.delivery import DeliveryState
from tests.builders import HOUR, NOON, SECOND, a_delivery, a_queued_mail, a_user
from tests.fakes.clock import FakeClock

NOTHING = Backlog(0, 0)


def an_id_of(instant):
    """A UUIDv7 (RFC 9562 section 5.7)."""
    return UUID(int=(int(instant.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))


@pytest.fixture
def backlogs(postgres_engine):
    return lambda: read_backlogs(Reader(postgres_engine), FakeClock())


@pytest.fixture
def work(postgres_engine):
    with PostgresUnitOfWorkFactory(postgres_engine)() as work:
        yield work


def test_there_are_none_when_nothing_is_due(backlogs, work):
    user = a_user()
    work.users.add(user)
    work.deliveries.add_all(
        [
            a_delivery(now=NOON + SECOND),
            a_delivery(now=NOON - HOUR, state=DeliveryState.FAILED, next_attempt_at=None),
        ]
    )
    work.mails.add(a_queued_mail(user, NOON + SECOND))
    work.commit()

    assert backlogs() == Backlogs(NOTHING, NOTHING, NOTHING)


def test_they_have_the_number_and_the_age_of_the_oldest(backlogs, work):
    user = a_user()
    work.users.add(user)
    for age in (3 * HOUR, SECOND):
        work.outbox.add(OutboxMessage(an_id_of(NOON - age), uuid4(), "{}"))
    work.deliveries.add_all([a_delivery(now=NOON - age) for age in (SECOND, 2 * HOUR, HOUR)])
    work.mails.add(a_queued_mail(user, NOON - timedelta(minutes=1)))
    work.commit()

    assert backlogs() == Backlogs(Backlog(2, 10_800), Backlog(3, 7_200), Backlog(1, 60))


def test_a_clock_that_is_behind_shows_no_negative_age(backlogs, work):
    work.outbox.add(OutboxMessage(an_id_of(NOON + SECOND), uuid4(), "{}"))
    work.commit()

    assert backlogs().messages == Backlog(1, 0)
