"""verify-data on Citus: events, seats and waitlists are on other workers than accounts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from adapters.postgres.citus.verify import verify
from adapters.postgres.maintenance.verify import Difference, Verification
from adapters.postgres.schema.tables import attendances, waitlist_entries
from tests.builders import DAY, a_user, an_event
from tests.citus.rows import add, add_row
from tests.processes import run_cli

START = datetime.now(UTC) + DAY
NOBODY = UUID(int=1)
# On several workers.
NUMBER = 20


@pytest.fixture
def events(citus_engine):
    """Full events, each with one seat, taken by its creator, and with two people who wait."""
    events = []
    for number in range(NUMBER):
        ada, *waiting = people = [a_user(f"{name}{number}") for name in ("ada", "grace", "hedy")]
        counts: dict[str, Any] = {
            "attendees_count": 1,
            "waitlist_count": 2,
            "last_waitlist_number": 2,
        }
        event = an_event(creator_id=ada.id, capacity=1, start_time=START, **counts)
        add(citus_engine, *people, event)
        seat = {"event_id": event.id, "user_id": ada.id, "registered_at": START - DAY}
        add_row(citus_engine, attendances, **seat)
        for place, user in enumerate(waiting, 1):
            entry = {"event_id": event.id, "user_id": user.id, "joined_at": START - DAY}
            add_row(citus_engine, waitlist_entries, **entry, number=place)
        events.append(event)
    return sorted(events, key=lambda event: event.id)


def difference(event, **values):
    """Of an event of the fixture."""
    found = {"attendees_count": 1, "capacity": 1, "seats": 1, "orphaned_seats": 0}
    found |= {"waitlist_count": 2, "waiting": 2, "orphaned_entries": 0}
    found |= {"also_attending": 0, "not_promoted": 0}
    return Difference(event_id=event.id, **found | values)


def run(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_valid_data_has_no_differences(citus_engine, events):
    assert verify(citus_engine) == Verification(events=NUMBER, seats=NUMBER, differences=())


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("UPDATE events SET attendees_count = 0", {"attendees_count": 0, "not_promoted": 1}),
        ("DELETE FROM attendances", {"seats": 0}),
        ("DELETE FROM waitlist_entries WHERE number = 1", {"waiting": 1}),
        (f"UPDATE attendances SET user_id = '{NOBODY}'", {"orphaned_seats": 1}),
        (
            f"UPDATE waitlist_entries SET user_id = '{NOBODY}' WHERE number = 2",
            {"orphaned_entries": 1},
        ),
        (
            "UPDATE attendances SET user_id = waitlist_entries.user_id FROM waitlist_entries"
            " WHERE waitlist_entries.event_id = attendances.event_id AND number = 1",
            {"also_attending": 1},
        ),
        ("UPDATE events SET capacity = 2", {"capacity": 2, "not_promoted": 1}),
        ("UPDATE events SET capacity = 9", {"capacity": 9, "not_promoted": 2}),
    ],
)
def test_differences_are_found_on_all_workers(citus_engine, events, statement, values):
    run(citus_engine, statement)

    expected = tuple(difference(event, **values) for event in events)
    assert verify(citus_engine).differences == expected


def test_deleted_accounts_are_not_promoted(citus_engine, events):
    run(
        citus_engine,
        "UPDATE users SET username = NULL, password_hash = NULL WHERE username LIKE 'grace%'",
        "UPDATE events SET capacity = 9",
    )

    expected = tuple(difference(event, capacity=9, not_promoted=1) for event in events)
    assert verify(citus_engine).differences == expected


def test_differences_that_come_or_go_meanwhile_are_not_reported(citus_engine, events):
    first, *_, last = events
    run(citus_engine, f"UPDATE events SET attendees_count = 0 WHERE id <> '{last.id}'")
    changed = []

    def change(connection, cursor, statement, *_):
        if "attendees_count" in statement and not changed:
            changed.append(statement)
            run(
                citus_engine,
                f"UPDATE events SET attendees_count = 1 WHERE id <> '{first.id}'",
                f"UPDATE events SET attendees_count = 0 WHERE id = '{last.id}'",
            )

    sqlalchemy_event.listen(citus_engine, "after_cursor_execute", change)
    expected = difference(first, attendees_count=0, not_promoted=1)
    assert verify(citus_engine).differences == (expected,)


def test_the_command_prints_what_differs(citus_engine, events, citus_database, pytestconfig):
    run(citus_engine, f"UPDATE events SET attendees_count = 0 WHERE id = '{events[3].id}'")
    url = citus_database.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "DATABASE_TYPE": "citus"}
    result = run_cli(pytestconfig.rootpath, "verify-data", **settings)

    assert result.returncode == 1, result.stderr
    assert result.stdout.splitlines() == [
        f"event {events[3].id}: attendees_count 0, capacity 1, seats 1, orphaned seats 0, "
        "waitlist_count 2, waiting 2, orphaned entries 0, also attending 0, not promoted 1",
        f"{NUMBER} events, {NUMBER} seats: 1 differs.",
    ]
