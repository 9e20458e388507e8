"""Demo data: any number of it, and never data that the rules would not allow."""

import re
import signal
import subprocess
from functools import partial
from uuid import UUID

import pytest

from adapters.security.argon2 import OWASP_MINIMUM, Argon2Hasher
from tests.e2e.processes import command, environment
from tests.integration.commands.conftest import SEEDED_EVENTS, SEEDED_PEOPLE, SEEDED_SEATS
from tests.resilience.crowd import wait_until

LOG_IN = re.compile(r"^Log in as (\S+), (\S+), (\S+)\. The password of all: (\S+)$", re.M)


def counts(place):
    tables = "users", "events", "attendances"
    return tuple(place.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def texts_of(place):
    return place.rows("SELECT title, description, location FROM events ORDER BY 1, 2, 3")


def test_what_is_added_holds_every_rule(done, seeded):
    place, told = seeded

    people, events, seats = counts(place)
    assert (people, events) == (SEEDED_PEOPLE, SEEDED_EVENTS)
    assert 0.8 < seats / events / SEEDED_SEATS < 1.2
    assert done("verify-data", **place.settings) == f"{events} events, {seats} seats: 0 differ.\n"
    assert f"Added {people} people and {events} events." in told
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
        SELECT count(*) FILTER (WHERE attendees_count = 0) AS empty,
               count(*) FILTER (WHERE attendees_count = capacity) AS filled,
               count(*) FILTER (WHERE attendees_count BETWEEN 1 AND capacity - 1) AS others,
               count(*) FILTER (WHERE end_time <= now()) AS past,
               count(*) FILTER (WHERE start_time <= now() AND end_time > now()) AS ongoing,
               count(*) FILTER (WHERE start_time > now()) AS upcoming
        FROM events
    """)
    assert min(found) >= SEEDED_EVENTS / 10
    assert place.rows("SELECT count(DISTINCT type) FROM events") == [(6,)]
    [(titles, longest)] = place.rows("SELECT count(DISTINCT title), max(length(title)) FROM events")
    assert titles > SEEDED_EVENTS * 0.6
    assert longest < 80


def test_an_aggregate_can_be_made_of_each_event(seeded):
    place, _ = seeded
    seats = place.rows("SELECT event_id, min(user_id::text) FROM attendances GROUP BY event_id")

    assert len(seats) > SEEDED_EVENTS * 0.8
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
    assert len(set(hashes)) == 1  # hashed once: it is slow on purpose
    assert Argon2Hasher(OWASP_MINIMUM, memory_mib=38).matches(password, hashes[0][0])


@pytest.mark.parametrize(
    ("number", "exit_code", "last_words"),
    [(signal.SIGINT, 1, "Aborted!"), (signal.SIGTERM, 128 + signal.SIGTERM, "")],
)
def test_whoever_breaks_it_off_is_told_the_password_of_those_who_were_added(
    root, place, number, exit_code, last_words
):
    with subprocess.Popen(
        command("seed-demo", "--people", "2000"),
        cwd=root,
        env=environment(**place.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run under nohup, it would be ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        wait_until(lambda: counts(place)[0] > 3, "nobody is added")
        process.send_signal(number)
        told, reason = process.communicate()

    *names, password = LOG_IN.search(told).groups()
    hashes = place.rows("SELECT password_hash FROM users WHERE username = ANY(:n)", n=names)
    assert len(hashes) == 3
    assert Argon2Hasher(OWASP_MINIMUM, memory_mib=0).matches(password, hashes[0][0])
    assert (process.returncode, reason.strip()) == (exit_code, last_words)
    assert counts(place)[0] < 2000


def test_twice_adds_twice_as_much_even_of_the_same_seed(done, a_place):
    place, other = a_place(), a_place()
    arguments = "seed-demo", "--people", 30, "--events", 10, "--seats", 2, "--seed", "tea"
    first = done(*arguments, **place.settings)
    texts = texts_of(place)
    second = done(*arguments, **place.settings)
    elsewhere = done(*arguments, **other.settings)

    assert counts(place)[:2] == (60, 20)
    assert texts_of(place) == sorted([*texts, *texts])
    assert texts_of(other) == texts
    assert LOG_IN.search(elsewhere).groups()[:3] == LOG_IN.search(first).groups()[:3]
    assert LOG_IN.search(first)[4] != LOG_IN.search(second)[4]
    done("verify-data", **place.settings)


def test_where_there_are_few_people_each_has_one_seat_at_most(done, place):
    done("seed-demo", "--people", "2", "--events", "20", "--seats", "5000", **place.settings)

    assert place.rows("SELECT max(attendees_count) FROM events") == [(2,)]
    assert counts(place)[:2] == (2, 20)
