"""Upgrade the database of a running 0.1.0: .venv/bin/python -m tests.upgrades.under_load [events]

0.1.0 serves users who attend and cancel without pause while this release migrates its database,
by default with 50,000 events of 1 KiB. Prints the responses, the slowest of them, and how long
`migrate` took.
"""

import sys
import time
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import create_engine, text

from tests.concurrency import wait_until
from tests.postgres import a_database, a_server
from tests.processes import run_cli, running_cli
from tests.sample_data import KEY, SampleUser
from tests.torture.clients import Load
from tests.torture.ledger import Ledger
from tests.upgrades.make_dump import ROOT, ApiUser, old_release_checkout
from tests.upgrades.old_database import database_settings
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
USERS, BUSY_EVENTS, ENOUGH = 8, 20, 200


def sign_up(base_url, number):
    user = ApiUser(base_url, f"p-{number}")
    return SampleUser(UUID(user.profile()["id"]), **{k: user.tokens[k] for k in TOKENS})


def main(events=50_000):
    with ExitStack() as stack:
        tree, python = stack.enter_context(old_release_checkout())
        url = stack.enter_context(a_database(stack.enter_context(a_server()), migrated=False))
        settings = database_settings(url) | {"JWT_SECRET_KEY": KEY, "RATELIMIT_ENABLED": "false"}
        _, base_url = stack.enter_context(
            running_cli(tree, "serve", "--migrate", python=python, **settings)
        )
        users = [sign_up(base_url, number) for number in range(USERS)]
        engine = create_engine(url)
        stack.callback(engine.dispose)
        with engine.begin() as connection:
            values = {"creator": users[0].id, "events": events}
            ids = connection.execute(text(MANY), values).scalars().all()
        ledger = Ledger()
        with Load(base_url, ledger, users, ids[-BUSY_EVENTS:]):
            wait_until(lambda: len(ledger.responses) > ENOUGH, "0.1.0 serves requests")
            slowest_before_s, started = ledger.slowest_s(), time.monotonic()
            with migrating(ROOT, url) as migration:
                reason = migration.communicate()[1]
            taken_s, count = time.monotonic() - started, len(ledger.responses)
            wait_until(lambda: len(ledger.responses) > count + ENOUGH, "0.1.0 goes on serving")
        counts = ledger.response_counts().items()
        responses = {f"{status} {code or ''}".strip(): n for (status, code), n in counts}
        print(f"migrate: exit {migration.returncode} after {taken_s:.1f} s {reason}")
        print(f"responses: {responses}")
        print(f"slowest: {slowest_before_s:.2f} s before, {ledger.slowest_s():.2f} s overall")
        old_migrate = run_cli(tree, "migrate", python=python, **database_settings(url))
        print(f"migrate of 0.1.0 afterwards: exit {old_migrate.returncode}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
