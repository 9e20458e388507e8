"""verify-data detects counts that do not match the seats and waitlists."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from adapters.postgres.engine import make_engine
from adapters.postgres.maintenance.verify import Difference, Verification, verify
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from tests.builders import DAY, NOON, a_user, an_event
from tests.postgres import a_database
from tests.processes import run_cli
from tests.storage import add_all, change


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
    add_all(new_work, ada, an_event(creator_id=ada.id), event)
    change(new_work, event, lambda loaded: loaded.attend(NOON))
    return event


@pytest.fixture
def full_event(engine):
    """Its only seat is taken, and two people wait."""
    ada, *waiting = people = [a_user(name) for name in ("ada", "grace", "hedy")]
    start = datetime.now(UTC) + DAY
    event = an_event(creator_id=ada.id, capacity=1, start_time=start)
    new_work = PostgresUnitOfWorkFactory(engine)
    add_all(new_work, *people, event)
    change(new_work, event, lambda loaded: loaded.attend(start - DAY))
    for person in waiting:
        change(new_work, event, lambda loaded: loaded.join_waitlist(start - DAY), person)
    return event


def difference(event, **values):
    """Of an event with one seat and no waitlist."""
    found = {"attendees_count": 1, "capacity": 3, "seats": 1, "orphaned_seats": 0}
    found |= {"waitlist_count": 0, "waiting": 0, "orphaned_entries": 0}
    found |= {"also_attending": 0, "not_promoted": 0}
    return Difference(event_id=event.id, **found | values)


def difference_of_full(event, **values):
    return difference(event, **{"capacity": 1, "waitlist_count": 2, "waiting": 2} | values)


def corrupt(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_valid_data_has_no_differences(engine, event):
    assert verify(engine) == Verification(events=2, seats=1, differences=())


def test_a_wrong_count_is_found(engine, event):
    corrupt(engine, f"UPDATE events SET attendees_count = 2 WHERE id = '{event.id}'")

    assert verify(engine).differences == (difference(event, attendees_count=2),)


def test_an_event_with_more_seats_than_its_capacity_is_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE events DROP CONSTRAINT events_capacity_check",
        "ALTER TABLE events DROP CONSTRAINT events_attendees_count_check",
        f"UPDATE events SET capacity = 0 WHERE id = '{event.id}'",
    )

    assert verify(engine).differences == (difference(event, capacity=0),)


def test_seats_of_a_missing_event_are_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE attendances DROP CONSTRAINT attendances_event_id_fkey",
        f"DELETE FROM events WHERE id = '{event.id}'",
    )

    missing = dict.fromkeys(("attendees_count", "capacity", "waitlist_count"))
    assert verify(engine).differences == (difference(event, **missing),)


def test_a_seat_of_a_missing_user_is_found(engine, event):
    corrupt(
        engine,
        "ALTER TABLE attendances DROP CONSTRAINT attendances_user_id_fkey",
        "UPDATE attendances SET user_id = gen_random_uuid()",
    )

    assert verify(engine).differences == (difference(event, orphaned_seats=1),)


def test_a_valid_waitlist_has_no_differences(engine, full_event):
    assert verify(engine).differences == ()


def test_a_wrong_waitlist_count_is_found(engine, full_event):
    corrupt(engine, "DELETE FROM waitlist_entries WHERE number = 1")

    assert verify(engine).differences == (difference_of_full(full_event, waiting=1),)


def test_a_waitlist_of_a_missing_event_is_found(engine, full_event):
    corrupt(
        engine,
        "ALTER TABLE waitlist_entries DROP CONSTRAINT waitlist_entries_event_id_fkey",
        "DELETE FROM events",
    )

    missing = dict.fromkeys(("attendees_count", "capacity", "waitlist_count"))
    assert verify(engine).differences == (difference_of_full(full_event, **missing, seats=0),)


def test_an_entry_of_a_missing_user_is_found(engine, full_event):
    corrupt(
        engine,
        "ALTER TABLE waitlist_entries DROP CONSTRAINT waitlist_entries_user_id_fkey",
        "UPDATE waitlist_entries SET user_id = gen_random_uuid() WHERE number = 2",
    )

    assert verify(engine).differences == (difference_of_full(full_event, orphaned_entries=1),)


def test_people_who_attend_and_wait_are_found(engine, full_event):
    corrupt(
        engine,
        "UPDATE attendances SET user_id = (SELECT user_id FROM waitlist_entries WHERE number = 1)",
    )

    assert verify(engine).differences == (difference_of_full(full_event, also_attending=1),)


@pytest.mark.parametrize(("capacity", "not_promoted"), [(2, 1), (3, 2), (4, 2)])
def test_free_seats_while_people_wait_are_found(engine, full_event, capacity, not_promoted):
    corrupt(engine, f"UPDATE events SET capacity = {capacity}")

    assert verify(engine).differences == (
        difference_of_full(full_event, capacity=capacity, not_promoted=not_promoted),
    )


@pytest.mark.parametrize(
    "exception",
    [
        "waitlist_enabled = false",
        "registration_closes_at = now()",
        "state = 'cancelled', cancelled_at = now(), cancellation_reason = ''",
        "start_time = now()",
    ],
)
def test_seats_may_be_free_if_the_event_promotes_nobody(engine, full_event, exception):
    corrupt(engine, f"UPDATE events SET capacity = 2, {exception}")

    assert verify(engine).differences == ()


def test_deleted_accounts_are_not_promoted(engine, full_event):
    corrupt(
        engine,
        "UPDATE users SET username = NULL, password_hash = NULL WHERE username <> 'ada'",
        "UPDATE events SET capacity = 2",
    )

    assert verify(engine).differences == ()


def test_the_command_prints_what_differs(engine, event, url, pytestconfig):
    setting = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    corrupt(engine, f"UPDATE events SET attendees_count = 2 WHERE id = '{event.id}'")
    result = run_cli(pytestconfig.rootpath, "verify-data", **setting)

    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"event {event.id}: attendees_count 2, capacity 3, seats 1, orphaned seats 0, "
        "waitlist_count 0, waiting 0, orphaned entries 0, also attending 0, not promoted 0",
        "2 events, 1 seat: 1 differs.",
    ]
