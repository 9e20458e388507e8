"""Upgrades under a working 0.1.0: .venv/bin/python -m tests.upgrades.under_load [events]

0.1.0 serves people who attend and cancel without pause while this release migrates its database of
so many events (50,000) of a KiB. Prints what people were told, the slowest answers, and how long
`migrate` took.
"""

import sys
import time
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import create_engine, text

from tests.postgres import a_database, a_server
from tests.processes import finished, started
from tests.sample_data import KEY, Person
from tests.torture.clients import Load, wait_until
from tests.torture.ledger import Ledger
from tests.upgrades.make_dump import ROOT, Someone, the_release
from tests.upgrades.previous_release import environment_of
from tests.upgrades.processes import migrating

MANY = """
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at)
    SELECT gen_random_uuid(), :creator, 'Event ' || n,
           (SELECT string_agg(md5(n || '-' || w), ' ') FROM generate_series(1, 30) w),
           now() + n * interval '1 min', now() + (n + 60) * interval '1 min', 1000, 0, now(), now()
    FROM generate_series(1, :events) n RETURNING id
"""
TOKENS = ("access_token", "refresh_token")
PEOPLE, BUSY_EVENTS, ENOUGH = 8, 20, 200


def joined(base_url, number):
    someone = Someone(base_url, f"p-{number}")
    return Person(UUID(someone.profile()["id"]), **{k: someone.tokens[k] for k in TOKENS})


def main(events=50_000):
    with ExitStack() as stack:
        tree, python = stack.enter_context(the_release())
        url = stack.enter_context(a_database(stack.enter_context(a_server()), migrated=False))
        settings = environment_of(url) | {"JWT_SECRET_KEY": KEY, "RATELIMIT_ENABLED": "false"}
        _, base_url = stack.enter_context(
            started(tree, "serve", "--migrate", python=python, **settings)
        )
        people = [joined(base_url, number) for number in range(PEOPLE)]
        engine = create_engine(url)
        stack.callback(engine.dispose)
        with engine.begin() as connection:
            values = {"creator": people[0].id, "events": events}
            ids = connection.execute(text(MANY), values).scalars().all()
        ledger = Ledger()
        with Load(base_url, ledger, people, ids[-BUSY_EVENTS:]):
            wait_until(lambda: len(ledger.answers) > ENOUGH, "0.1.0 does not answer")
            slowest_before_s, begun = ledger.slowest_s(), time.monotonic()
            with migrating(ROOT, url) as migration:
                reason = migration.communicate()[1]
            taken_s, seen = time.monotonic() - begun, len(ledger.answers)
            wait_until(lambda: len(ledger.answers) > seen + ENOUGH, "0.1.0 does not go on")
        told = {f"{status} {code or ''}".strip(): n for (status, code), n in ledger.told().items()}
        print(f"migrate: exit {migration.returncode} after {taken_s:.1f} s {reason}")
        print(f"answers: {told}")
        print(f"slowest: {slowest_before_s:.2f} s before, {ledger.slowest_s():.2f} s in all")
        again = finished(tree, "migrate", python=python, **environment_of(url))
        print(f"migrate of 0.1.0 afterwards: exit {again.returncode}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
