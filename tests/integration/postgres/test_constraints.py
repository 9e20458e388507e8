"""Database constraints reject invalid data even if the code is wrong."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError, OperationalError

from adapters.postgres.accounts.mappers import user_to_row
from adapters.postgres.events.mappers import event_to_row
from adapters.postgres.schema.tables import (
    attendances,
    events,
    users,
    waitlist_entries,
    webhook_deliveries,
)
from adapters.postgres.webhooks.mappers import delivery_to_row
from tests.builders import NOON, a_delivery, a_user, an_event


@pytest.fixture
def event(empty_database):
    user = a_user()
    event = an_event(creator_id=user.id, capacity=2)
    with empty_database.begin() as connection:
        connection.execute(insert(users).values(user_to_row(user)))
        connection.execute(insert(events).values(event_to_row(event)))
    return event


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"attendees_count": 3}, "events_attendees_count_check"),
        ({"attendees_count": -1}, "events_attendees_count_check"),
        ({"waitlist_count": -1}, "events_waitlist_count_check"),
        ({"capacity": 0}, "events_capacity_check"),
        ({"capacity": 1_000_001}, "events_capacity_check"),
        ({"end_time": NOON}, "events_schedule_check"),
        ({"type": "party"}, "events_type_check"),
        ({"state": "over"}, "events_state_check"),
        ({"state": "cancelled"}, "events_cancellation_check"),
        ({"state": "cancelled", "cancelled_at": NOON}, "events_cancellation_check"),
        ({"state": "cancelled", "cancellation_reason": ""}, "events_cancellation_check"),
        ({"cancelled_at": NOON}, "events_cancellation_check"),
        ({"cancellation_reason": ""}, "events_cancellation_check"),
        ({"visibility": "secret"}, "events_visibility_check"),
        ({"attendees_visible_to": "nobody"}, "events_attendees_visible_to_check"),
    ],
)
def test_an_invalid_event_is_rejected(empty_database, event, values, constraint):
    with empty_database.connect() as connection, pytest.raises(IntegrityError, match=constraint):
        connection.execute(update(events).values(values))


@pytest.mark.parametrize(
    "row",
    [
        {"state": "draft"},
        {"state": "cancelled", "cancelled_at": NOON, "cancellation_reason": ""},
    ],
    ids=lambda row: row["state"],
)
def test_only_a_published_event_gets_more_attendees(empty_database, event, row):
    with empty_database.begin() as connection:
        connection.execute(update(events).values(attendees_count=1))
        connection.execute(update(events).values(row))

    with empty_database.connect() as connection:
        connection.execute(update(events).values(attendees_count=0, capacity=1))
    with (
        empty_database.connect() as connection,
        pytest.raises(OperationalError, match="The event is not published"),
    ):
        connection.execute(update(events).values(attendees_count=2))


def test_a_user_has_at_most_one_seat_per_event(empty_database, event):
    seat = {"event_id": event.id, "user_id": event.creator_id, "registered_at": NOON}
    with empty_database.connect() as connection:
        connection.execute(insert(attendances).values(seat))
        with pytest.raises(IntegrityError, match="attendances_pkey"):
            connection.execute(insert(attendances).values(seat))


@pytest.fixture
def entry(empty_database, event):
    """The creator's."""
    entry = {"event_id": event.id, "user_id": event.creator_id, "number": 1, "joined_at": NOON}
    with empty_database.begin() as connection:
        connection.execute(insert(waitlist_entries).values(entry))
        connection.execute(update(events).values(waitlist_count=1, last_waitlist_number=1))
    return entry


def test_a_user_is_at_most_once_on_a_waitlist(empty_database, entry):
    with (
        empty_database.connect() as connection,
        pytest.raises(IntegrityError, match="waitlist_entries_pkey"),
    ):
        connection.execute(insert(waitlist_entries).values(entry | {"number": 2}))


def test_two_people_on_a_waitlist_have_different_numbers(empty_database, entry):
    grace = a_user("grace")
    with empty_database.connect() as connection:
        connection.execute(insert(users).values(user_to_row(grace)))
        with pytest.raises(IntegrityError, match="waitlist_entries_event_id_number_key"):
            connection.execute(insert(waitlist_entries).values(entry | {"user_id": grace.id}))


def test_no_seat_is_given_while_an_attendee_is_on_the_waitlist(empty_database, event, entry):
    seat = {"event_id": event.id, "user_id": event.creator_id, "registered_at": NOON}
    more_attendees = update(events).values(attendees_count=1)
    with empty_database.connect() as connection:
        connection.execute(more_attendees)
        connection.execute(update(events).values(attendees_count=0))
        connection.execute(insert(attendances).values(seat))
        # Allowed if waitlist_count changes, too: this release takes attendees off the waitlist.
        connection.execute(more_attendees.values(waitlist_count=2))
        connection.execute(update(events).values(attendees_count=0, waitlist_count=1))
        with pytest.raises(OperationalError, match="An attendee is on the waitlist"):
            connection.execute(more_attendees)


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_usernames_are_unique_regardless_of_case(empty_database, event, name):
    with empty_database.connect() as connection, pytest.raises(IntegrityError, match="username"):
        connection.execute(insert(users).values(user_to_row(a_user(name))))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "sent", "next_attempt_at": None}, "webhook_deliveries_state_check"),
        ({"state": "failed"}, "webhook_deliveries_next_attempt_at_check"),
        ({"next_attempt_at": None}, "webhook_deliveries_next_attempt_at_check"),
    ],
)
def test_an_invalid_delivery_is_rejected(empty_database, values, constraint):
    with empty_database.connect() as connection:
        connection.execute(insert(webhook_deliveries).values(delivery_to_row(a_delivery())))
        with pytest.raises(IntegrityError, match=constraint):
            connection.execute(update(webhook_deliveries).values(values))
