"""`migrate` as a process, and what the database tells of it."""

import subprocess
from contextlib import contextmanager

from sqlalchemy import text

from adapters.postgres.schema.version import NEWEST
from tests.processes import command, environment
from tests.upgrades.previous_release import environment_of

POLLING = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory%'")
BUILDING = text("""
    SELECT pid FROM pg_stat_activity
    WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
""")
INVALID = text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
VERSION = text("SELECT version_num FROM alembic_version")


@contextmanager
def migrating(root, url, *arguments):
    """The process, which is waited for at the end."""
    with subprocess.Popen(
        command("migrate", *arguments),
        cwd=root,
        env=environment(**environment_of(url)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def told(engine, question):
    """The first column of the answer, on a connection that keeps no snapshot."""
    with engine.connect() as connection:
        return connection.execute(question).scalars().all()


def is_complete(engine):
    return told(engine, VERSION) == [NEWEST] and told(engine, INVALID) == []
