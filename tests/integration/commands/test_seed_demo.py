"""Demo data: any number of it, and never data that the rules would not allow."""

import re
import signal
import subprocess
from uuid import UUID

from adapters.security.argon2_hasher import OWASP_LEAST, Argon2Hasher
from entrypoints.seeding.town import PEOPLE_AT_ONCE
from tests.e2e.processes import command, environment
from tests.resilience.crowd import wait_until

LOG_IN = re.compile(r"^Log in as (\S+), (\S+), (\S+); the password of all is (\S+)$", re.M)


def counts(place):
    tables = "users", "events", "attendances"
    return tuple(place.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def test_ten_thousand_rows_hold_every_rule(done, place):
    told = done(
        "seed-demo", "--people", "600", "--events", "600", "--seats", "15", **place.settings
    )

    people, events, seats = counts(place)
    assert (people, events) == (600, 600)
    assert 8_500 < seats < 9_500
    assert done("verify-data", **place.settings) == f"600 events, {seats} seats: 0 differ.\n"
    assert "600 people and 600 events were added." in told
    early = "SELECT count(*) FROM {0} WHERE {1}"
    for table, condition in (
        ("events JOIN users ON users.id = creator_id", "users.created_at > events.created_at"),
        ("events", "created_at > now() OR created_at >= start_time"),
        (
            "attendances JOIN events ON events.id = event_id",
            "registered_at NOT BETWEEN created_at AND least(start_time, now())",
        ),
        (
            "attendances JOIN users ON users.id = user_id",
            "registered_at < created_at",
        ),
    ):
        assert place.rows(early.format(table, condition)) == [(0,)], condition


def test_there_is_something_of_everything_to_look_at(seeded):
    place, _ = seeded
    [found] = place.rows("""
        SELECT count(*) FILTER (WHERE attendees_count = 0),
               count(*) FILTER (WHERE attendees_count = capacity),
               count(*) FILTER (WHERE attendees_count BETWEEN 1 AND capacity - 1),
               count(*) FILTER (WHERE end_time <= now()),
               count(*) FILTER (WHERE start_time <= now() AND end_time > now()),
               count(*) FILTER (WHERE start_time > now())
        FROM events
    """)
    assert min(found) >= 10
    assert place.rows("SELECT count(DISTINCT type) FROM events") == [(6,)]
    [(titles, longest)] = place.rows("SELECT count(DISTINCT title), max(length(title)) FROM events")
    assert titles > 60
    assert longest < 80


def test_an_aggregate_can_be_made_of_each_event(seeded):
    place, _ = seeded
    seats = place.rows("SELECT event_id, min(user_id::text) FROM attendances GROUP BY event_id")

    assert len(seats) > 80
    for event_id, user_id in seats:
        with place.new_work() as work:
            event = work.events.get_for_update(event_id, attendee=UUID(user_id))
        assert event.seat.is_taken
        assert event.attendees_count <= event.capacity


def test_the_people_that_are_told_have_the_password_that_is_told(seeded):
    place, told = seeded
    *names, password = LOG_IN.search(told).groups()
    hashes = place.rows("SELECT password_hash FROM users WHERE username = ANY(:n)", n=names)

    assert len(hashes) == 3
    hasher = Argon2Hasher(OWASP_LEAST, memory_mib=38)
    assert all(hasher.matches(password, each) for [each] in hashes)


def test_whoever_breaks_it_off_is_told_the_password_of_those_who_were_added(root, place):
    with subprocess.Popen(
        command("seed-demo", "--people", "1000000"),
        cwd=root,
        env=environment(**place.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The names that are told are of the first batch; when the next is there they are known.
        wait_until(lambda: counts(place)[0] > PEOPLE_AT_ONCE, "nobody is added")
        process.send_signal(signal.SIGINT)
        told, reason = process.communicate()

    *names, password = LOG_IN.search(told).groups()
    hashes = place.rows("SELECT password_hash FROM users WHERE username = ANY(:n)", n=names)
    assert len(hashes) == 3
    assert Argon2Hasher(OWASP_LEAST, memory_mib=0).matches(password, hashes[0][0])
    assert (process.returncode, reason.strip()) == (1, "Aborted!")


def test_twice_adds_twice_as_much_even_of_the_same_seed(done, place):
    arguments = ("seed-demo", "--people", "300", "--events", "40", "--seed", "tea")
    first = done(*arguments, **place.settings)
    titles = place.rows("SELECT title FROM events ORDER BY title")
    second = done(*arguments, **place.settings)

    assert counts(place)[:2] == (600, 80)
    again = place.rows("SELECT title FROM events ORDER BY title")
    assert again == sorted([*titles, *titles])
    assert LOG_IN.search(first)[4] != LOG_IN.search(second)[4]
    done("verify-data", **place.settings)


def test_where_there_are_few_people_each_has_one_seat_at_most(done, place):
    # So many seats make more batches than there are people.
    done("seed-demo", "--people", "2", "--events", "20", "--seats", "5000", **place.settings)

    assert place.rows("SELECT max(attendees_count) FROM events") == [(2,)]
    assert counts(place)[:2] == (2, 20)
