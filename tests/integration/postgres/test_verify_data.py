"""verify-data detects attendee counts that do not match the seats."""

import pytest
from sqlalchemy import text

from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance.verify import Difference, Verification, verify
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from tests.builders import NOON, a_user, an_event
from tests.postgres import a_database
from tests.processes import run_cli


@pytest.fixture
def url(postgres):
    with a_database(postgres) as url:
        yield url


@pytest.fixture
def engine(url):
    engine = make_engine(url, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture
def event(engine):
    """One of its three seats is taken; there is another event."""
    ada = a_user()
    event = an_event(creator_id=ada.id, capacity=3)
    new_work = PostgresUnitOfWorkFactory(engine)
    with new_work() as work:
        work.users.add(ada)
        work.events.add(an_event(creator_id=ada.id))
        work.events.add(event)
        work.commit()
    with new_work() as work:
        loaded = work.events.get_for_update(event.id, attendee=ada.id)
        loaded.attend(NOON)
        work.events.save(loaded)
        work.commit()
    return event


def corrupt(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_valid_data_has_no_differences(engine, event):
    assert verify(engine) == Verification(events=2, seats=1, differences=())


def test_a_wrong_count_is_found(engine, event):
    corrupt(engine, f"UPDATE events SET attendees_count = 2 WHERE id = '{event.id}'")

    assert verify(engine).differences == (Difference(event.id, 2, 3, 1, 0),)


def test_an_event_with_more_seats_than_its_capacity_is_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE events DROP CONSTRAINT events_capacity_check",
        "ALTER TABLE events DROP CONSTRAINT events_attendees_count_check",
        f"UPDATE events SET capacity = 0 WHERE id = '{event.id}'",
    )

    assert verify(engine).differences == (Difference(event.id, 1, 0, 1, 0),)


def test_seats_of_a_missing_event_are_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE attendances DROP CONSTRAINT attendances_event_id_fkey",
        f"DELETE FROM events WHERE id = '{event.id}'",
    )

    assert verify(engine).differences == (Difference(event.id, None, None, 1, 0),)


def test_a_seat_of_a_missing_user_is_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE attendances DROP CONSTRAINT attendances_user_id_fkey",
        "UPDATE attendances SET user_id = gen_random_uuid()",
    )

    assert verify(engine).differences == (Difference(event.id, 1, 3, 1, 1),)


def test_the_command_prints_what_differs(engine, event, url, pytestconfig):
    setting = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    corrupt(engine, f"UPDATE events SET attendees_count = 2 WHERE id = '{event.id}'")
    result = run_cli(pytestconfig.rootpath, "verify-data", **setting)

    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"event {event.id}: attendees_count 2, capacity 3, seats 1, orphaned seats 0",
        "2 events, 1 seat: 1 differs.",
    ]
