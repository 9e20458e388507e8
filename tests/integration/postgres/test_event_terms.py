"""Stored search terms are written with the event, never outdated, and completed by `migrate`."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapters.postgres.engine import make_engine
from adapters.postgres.events.queries import PostgresEventQueries
from adapters.postgres.reader import Reader
from adapters.postgres.schema import event_terms
from adapters.postgres.schema.migrate import downgrade, migrate
from adapters.postgres.timeouts import MAINTENANCE
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.caller import Caller
from application.pages import PageRequest
from application.ports.event_queries import EventCriteria
from domain.events.description import Capacity, Description, Title
from domain.events.event import EventChanges
from domain.events.search import Search
from domain.events.terms import terms_of
from tests.builders import NOON, a_user, an_event
from tests.concurrency import wait_until
from tests.postgres import a_database
from tests.storage import change

# The INSERT of release 0.3.0.
OLD_INSERT = """
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'Tea', 'number ' || n, now() + interval '1 h',
           now() + interval '2 h', 10, 0, now(), now()
    FROM users, generate_series(1, :events) n
"""
OLD_EDIT = "UPDATE events SET title = 'Coffee', revision = revision + 1 WHERE id = :id"
ROW_VERSION = "SELECT xmin FROM event_terms WHERE event_id = :id"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def engine(postgres):
    with a_database(postgres) as url:
        engine = make_engine(url, pool_size=4, timeouts=MAINTENANCE)
        yield engine
        engine.dispose()


@pytest.fixture
def new_work(engine):
    driver_engine = make_engine(engine.url, pool_size=2, is_autocommit=True)
    yield PostgresUnitOfWorkFactory(driver_engine)
    driver_engine.dispose()


@pytest.fixture
def ada(new_work):
    user = a_user()
    with new_work() as work:
        work.users.add(user)
        work.commit()
    return user


@pytest.fixture
def event(new_work, ada):
    event = an_event(creator_id=ada.id, title=Title("Tea"))
    with new_work() as work:
        work.events.add(event)
        work.commit()
    return event


@pytest.fixture
def count(engine, ada):
    """The number of events that a search finds."""
    driver_engine = make_engine(engine.url, pool_size=1, is_autocommit=True)
    queries = PostgresEventQueries(Reader(driver_engine))

    def find(search):
        criteria = EventCriteria(search=Search.of(search))
        return queries.find(criteria, PageRequest(1), Caller(ada.id), NOON).count

    yield find
    driver_engine.dispose()


@pytest.fixture
def run(engine):
    """Run SQL in a transaction; returns the first column."""

    def run_sql(sql, **values):
        with engine.begin() as connection:
            result = connection.execute(text(sql), values)
            return result.scalars().all() if result.returns_rows else None

    return run_sql


def test_only_a_new_text_writes_terms(new_work, event, count, run):
    written = run(ROW_VERSION, id=event.id)

    change(new_work, event, lambda loaded: loaded.attend(NOON))
    changes = EventChanges(title=event.title, capacity=Capacity(5))
    change(new_work, event, lambda loaded: loaded.edit(changes, event.creator_id, NOON))
    assert run(ROW_VERSION, id=event.id) == written

    changes = EventChanges(description=Description("Bring a spoon."))
    change(new_work, event, lambda loaded: loaded.edit(changes, event.creator_id, NOON))
    assert run(ROW_VERSION, id=event.id) != written
    assert (count("tea spoon"), count("cup")) == (1, 0)


def test_terms_are_written_without_another_message(new_work, ada, messages):
    with new_work() as work:
        work.events.add_and_commit(an_event(creator_id=ada.id), max_upcoming=1)

    [message] = messages
    assert b"INSERT INTO events" in message
    assert b"INSERT INTO event_terms" in message


def test_an_event_edited_by_the_previous_release_is_not_found_by_its_old_words(
    engine, event, count, run
):
    run(OLD_EDIT, id=event.id)
    assert count("tea") == 0

    migrate(engine)

    assert (count("tea"), count("coffee")) == (0, 1)


def test_events_of_the_previous_release_are_found_after_migrate(
    engine, ada, count, run, monkeypatch
):
    monkeypatch.setattr(event_terms, "BATCH", 2)
    run(OLD_INSERT, events=5)
    assert count("tea") == 0

    migrate(engine)

    assert (count("tea"), count("number 3")) == (5, 1)
    written = run("SELECT xmin FROM event_terms")
    migrate(engine)
    assert run("SELECT xmin FROM event_terms") == written


def test_an_interrupted_update_of_terms_continues(engine, ada, count, run, monkeypatch):
    monkeypatch.setattr(event_terms, "BATCH", 2)
    run(OLD_INSERT, events=5)
    computed = []

    def fail_at_the_fourth(*texts):
        computed.append(texts)
        if len(computed) == 4:
            raise KeyboardInterrupt
        return terms_of(*texts)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(event_terms, "terms_of", fail_at_the_fourth)
        migrate(engine)
    assert count("tea") == 2

    migrate(engine)

    assert count("tea") == 5


def test_terms_of_an_older_version_are_computed_again(engine, event, count, run):
    run("UPDATE event_terms SET version = 0, terms = array_to_tsvector('{old}')")

    migrate(engine)

    assert (count("old"), count("tea")) == (0, 1)
    run("UPDATE event_terms SET version = 9, terms = array_to_tsvector('{new}')")
    migrate(engine)
    assert count("new") == 1


def test_a_concurrent_edit_does_not_leave_the_terms_of_the_old_text(
    engine, event, count, run, monkeypatch
):
    run("DELETE FROM event_terms")

    def edit_meanwhile(*texts):
        if not edits:
            edits.append(pool.submit(run, OLD_EDIT, id=event.id))
            wait_until(lambda: run(WAITING) == [1], "the edit waits for the row")
        return terms_of(*texts)

    edits = []
    with ThreadPoolExecutor() as pool, monkeypatch.context() as patched:
        patched.setattr(event_terms, "terms_of", edit_meanwhile)
        migrate(engine)
    edits[0].result()

    assert count("tea") == 0
    migrate(engine)
    assert count("coffee") == 1


def test_the_terms_of_a_deleted_event_are_deleted(new_work, event, run):
    with new_work() as work:
        work.events.remove(work.events.get_for_update(event.id, attendee=event.creator_id))
        work.commit()

    assert run("SELECT event_id FROM event_terms") == []


def test_a_downgrade_leaves_events_and_a_second_upgrade_finds_them(engine, event, count):
    downgrade(engine, "0006")
    migrate(engine)

    assert count("tea") == 1
