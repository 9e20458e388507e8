"""The seed-demo command creates any amount of valid data."""

import re
import signal
import subprocess
from functools import partial
from uuid import UUID

import pytest

from adapters.security.argon2 import OWASP_MINIMUM, Argon2Hasher
from tests.concurrency import wait_until
from tests.integration.cli.conftest import SEEDED_EVENTS, SEEDED_PEOPLE, SEEDED_SEATS
from tests.processes import command, environment

LOG_IN = re.compile(r"^Log in as (\S+), (\S+), (\S+)\. The password of all: (\S+)$", re.M)


def counts(db):
    tables = "users", "events", "attendances"
    return tuple(db.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def texts_of(db):
    return db.rows("SELECT title, description, location FROM events ORDER BY 1, 2, 3")


def test_seeded_data_satisfies_every_rule(output_of, seeded_db):
    db, output = seeded_db

    people, events, seats = counts(db)
    assert (people, events) == (SEEDED_PEOPLE, SEEDED_EVENTS)
    assert 0.8 < seats / events / SEEDED_SEATS < 1.2
    assert output_of("verify-data", **db.settings) == f"{events} events, {seats} seats: 0 differ.\n"
    assert f"Added {people} people and {events} events." in output
    query = "SELECT count(*) FROM {0} WHERE {1}"
    for table, condition in (
        ("users", "email IS NOT NULL"),  # it would get mails
        ("events JOIN users ON users.id = creator_id", "users.created_at > events.created_at"),
        ("events", "created_at > now() OR created_at >= start_time"),
        ("events", "cancelled_at > now() OR cancelled_at >= start_time"),
        (
            "attendances JOIN events ON events.id = event_id",
            "state = 'draft' OR registered_at > cancelled_at"
            " OR registered_at < registration_opens_at OR registered_at >= registration_closes_at",
        ),
        (
            "attendances JOIN events ON events.id = event_id",
            "registered_at NOT BETWEEN created_at AND least(start_time, now())",
        ),
        (
            "attendances JOIN users ON users.id = user_id",
            "registered_at < created_at",
        ),
        (
            "waitlist_entries JOIN events ON events.id = event_id",
            "state <> 'published' OR start_time <= now() OR attendees_count < capacity",
        ),
        (
            "waitlist_entries JOIN attendances USING (event_id)",
            "joined_at < registered_at OR joined_at > now()",
        ),
        (
            "waitlist_entries AS entry JOIN waitlist_entries AS other USING (event_id)",
            "entry.number < other.number AND entry.joined_at > other.joined_at",
        ),
    ):
        assert db.rows(query.format(table, condition)) == [(0,)], condition


def test_seeded_data_is_varied(seeded_db):
    db, _ = seeded_db
    [counts_by_kind] = db.rows("""
        SELECT count(*) FILTER (WHERE attendees_count = 0) AS empty,
               count(*) FILTER (WHERE attendees_count = capacity) AS filled,
               count(*) FILTER (WHERE attendees_count BETWEEN 1 AND capacity - 1) AS others,
               count(*) FILTER (WHERE end_time <= now()) AS past,
               count(*) FILTER (WHERE start_time <= now() AND end_time > now()) AS ongoing,
               count(*) FILTER (WHERE start_time > now()) AS upcoming
        FROM events
    """)
    assert min(counts_by_kind) >= SEEDED_EVENTS / 10
    query = "SELECT count(*) FROM events WHERE waitlist_count > 0"
    [(with_waitlist,)] = db.rows(query)
    assert with_waitlist >= SEEDED_EVENTS / 20
    [few] = db.rows("""
        SELECT count(*) FILTER (WHERE state = 'draft' AND published_at IS NULL) AS drafts,
               count(*) FILTER (WHERE state = 'cancelled' AND cancellation_reason <> '' AND
                                      attendees_count > 0) AS cancelled,
               count(*) FILTER (WHERE visibility = 'unlisted') AS unlisted,
               count(*) FILTER (WHERE attendees_visible_to = 'attendees') AS for_attendees,
               count(*) FILTER (WHERE attendees_visible_to = 'organiser') AS for_organisers,
               count(*) FILTER (WHERE registration_opens_at <= now()) AS has_opened,
               count(*) FILTER (WHERE registration_opens_at > now()) AS opens_later,
               count(*) FILTER (WHERE registration_closes_at <= now()) AS has_closed,
               count(*) FILTER (WHERE registration_closes_at > now()) AS closes_later,
               count(*) FILTER (WHERE timezone <> 'Europe/London') AS elsewhere
        FROM events
    """)
    assert min(few) >= SEEDED_EVENTS / 50
    assert db.rows("SELECT count(DISTINCT type) FROM events") == [(6,)]
    [(titles, longest)] = db.rows("SELECT count(DISTINCT title), max(length(title)) FROM events")
    assert titles > SEEDED_EVENTS * 0.6
    assert longest < 80


def test_every_seeded_event_can_be_loaded(seeded_db):
    db, _ = seeded_db
    seats = db.rows("SELECT event_id, min(user_id::text) FROM attendances GROUP BY event_id")

    assert len(seats) > SEEDED_EVENTS * 0.6
    for event_id, user_id in seats:
        with db.new_work() as work:
            event = work.events.get_for_update(event_id, attendee=UUID(user_id))
        assert event.seat.is_taken
        assert event.attendees_count <= event.capacity


def test_the_printed_users_have_the_printed_password(seeded_db):
    db, output = seeded_db
    *names, password = LOG_IN.search(output).groups()
    hashes = db.rows("SELECT password_hash FROM users WHERE username = ANY(:n)", n=names)

    assert len(hashes) == 3
    assert len(set(hashes)) == 1  # hashed once, because hashing is slow on purpose
    assert Argon2Hasher(OWASP_MINIMUM, memory_mib=38).matches(password, hashes[0][0])


def test_the_printed_users_can_see_the_drafts_and_the_waitlists(seeded_db):
    db, output = seeded_db
    *names, _ = LOG_IN.search(output).groups()
    query = "SELECT DISTINCT username FROM events JOIN users ON users.id = creator_id"

    assert {name for (name,) in db.rows(f"{query} WHERE state = 'draft'")} == set(names)
    assert {name for (name,) in db.rows(f"{query} WHERE waitlist_count > 0")} <= set(names)


@pytest.mark.parametrize(
    ("number", "exit_code", "last_words"),
    [(signal.SIGINT, 1, "Aborted!"), (signal.SIGTERM, 128 + signal.SIGTERM, "")],
)
def test_an_interrupted_seed_prints_the_password_of_the_users_so_far(
    root, db, number, exit_code, last_words
):
    with subprocess.Popen(
        command("seed-demo", "--people", "2000"),
        cwd=root,
        env=environment(**db.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Under nohup, SIGINT would be ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        wait_until(lambda: counts(db)[0] > 3, "users are added")
        process.send_signal(number)
        output, reason = process.communicate()

    *names, password = LOG_IN.search(output).groups()
    hashes = db.rows("SELECT password_hash FROM users WHERE username = ANY(:n)", n=names)
    assert len(hashes) == 3
    assert Argon2Hasher(OWASP_MINIMUM, memory_mib=0).matches(password, hashes[0][0])
    assert (process.returncode, reason.strip()) == (exit_code, last_words)
    assert counts(db)[0] < 2000


def test_one_of_each_is_reported_in_the_singular(output_of, db):
    output = output_of("seed-demo", "--people", 1, "--events", 1, "--seats", 0, **db.settings)

    assert "Added 1 person and 1 event.\n" in output
    assert output_of("verify-data", **db.settings).startswith("1 event, ")


def test_seeding_twice_with_the_same_seed_adds_the_data_twice(output_of, make_database):
    db, other = make_database(), make_database()
    arguments = "seed-demo", "--people", 30, "--events", 10, "--seats", 2, "--seed", "tea"
    first_output = output_of(*arguments, **db.settings)
    texts = texts_of(db)
    second_output = output_of(*arguments, **db.settings)
    other_output = output_of(*arguments, **other.settings)

    assert counts(db)[:2] == (60, 20)
    assert texts_of(db) == sorted([*texts, *texts])
    assert texts_of(other) == texts
    assert LOG_IN.search(other_output).groups()[:3] == LOG_IN.search(first_output).groups()[:3]
    assert LOG_IN.search(first_output)[4] != LOG_IN.search(second_output)[4]
    output_of("verify-data", **db.settings)


def test_a_user_has_at_most_one_seat_per_event(output_of, db):
    output_of("seed-demo", "--people", "2", "--events", "20", "--seats", "5000", **db.settings)

    assert db.rows("SELECT max(attendees_count) FROM events") == [(2,)]
    assert counts(db)[:2] == (2, 20)
