"""Requests that were let in before an account is deleted, and reach the database during it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text, update

from adapters.postgres.calendars.queries import PostgresCalendarQueries
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import calendar_feeds, idempotency_keys, users
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from adapters.security.secrets import new_feed_secret
from application.calendars.create_calendar_feed import CreateCalendarFeed
from application.caller import Caller
from domain.accounts.errors import AccountDeleted
from domain.calendars.errors import CalendarNotFound
from domain.calendars.feed import CalendarFeed
from tests.builders import CLIENT_INFO, NOON, a_user, an_event
from tests.fakes.clock import FakeClock
from tests.fakes.security import AuditInMemory

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'")


@pytest.fixture
def new_work(empty_database):
    return PostgresUnitOfWorkFactory(empty_database)


def keep(new_work, *things):
    with new_work() as work:
        for thing in things:
            (work.users if hasattr(thing, "username") else work.events).add(thing)
        work.commit()


def publish(new_work, event, ada):
    keep(new_work, an_event(creator_id=ada.id))


def attend(new_work, event, ada):
    with new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)
        work.commit()


def create_feed(new_work, event, ada):
    CreateCalendarFeed(new_work, FakeClock(), new_feed_secret, AuditInMemory())(
        Caller(ada.id), CLIENT_INFO
    )


def test_nothing_of_the_person_stays_but_the_id(empty_database, new_work):
    ada = a_user("ada")
    keep(new_work, ada)
    with new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    with empty_database.connect() as connection:
        [row] = connection.execute(select(users)).mappings()
    known = {name for name, value in row.items() if value is not None}
    assert known == {"id", "created_at"}


def test_what_only_the_person_uses_is_gone_and_no_one_elses(empty_database, new_work):
    ada, grace = a_user("ada"), a_user("grace")
    keep(new_work, ada, grace)
    feeds, keys = (
        [{"user_id": each.id, "created_at": NOON, **values} for each in (ada, grace)]
        for values in ({"secret_hash": b""}, {"key": "k", "fingerprint": b"", "answer": {}})
    )
    for number, feed in enumerate(feeds):
        feed["secret_hash"] = bytes([number])
    with empty_database.begin() as connection:
        connection.execute(insert(calendar_feeds), feeds)
        connection.execute(insert(idempotency_keys), keys)

    with new_work() as work:
        work.users.remove(work.users.find_for_update(ada.id))
        work.commit()

    with empty_database.connect() as connection:
        for table in (calendar_feeds, idempotency_keys):
            assert connection.execute(select(table.c.user_id)).scalars().all() == [grace.id]


@pytest.mark.parametrize("act", [publish, attend, create_feed])
def test_what_waits_for_a_deletion_leaves_nothing_behind(empty_database, new_work, act):
    ada, grace = a_user("ada"), a_user("grace")
    event = an_event(creator_id=grace.id)
    keep(new_work, ada, grace, event)

    with ThreadPoolExecutor(1) as pool, new_work() as deletion:
        user = deletion.users.find_for_update(ada.id)
        outcome = pool.submit(act, new_work, event, ada)
        with empty_database.connect() as watch:
            while watch.execute(WAITING).scalar_one() == 0:
                assert not outcome.done(), "it did not wait"
        deletion.users.remove(user)
        deletion.commit()

        with pytest.raises(AccountDeleted):
            outcome.result(timeout=30)

    with new_work() as work:
        assert work.events.upcoming_of(ada.id, NOON) == []
        assert work.events.get_for_update(event.id, attendee=grace.id).attendees_count == 0
    with empty_database.connect() as connection:
        assert connection.execute(select(calendar_feeds)).all() == []


def test_the_release_before_ends_feeds_too_though_it_knows_of_none(empty_database, new_work):
    ada, secret = a_user("ada"), new_feed_secret()
    keep(new_work, ada)
    calendars = PostgresCalendarQueries(Reader(empty_database))
    with new_work() as work:
        work.calendar_feeds.put(CalendarFeed.open(ada.id, secret, NOON))
        work.commit()
    assert calendars.entries(secret.hash, 1, 1) == []

    with empty_database.begin() as connection:  # all that it did about the person's row
        connection.execute(update(users).values(username=None, email=None, password_hash=None))

    with pytest.raises(CalendarNotFound):
        calendars.entries(secret.hash, 1, 1)
