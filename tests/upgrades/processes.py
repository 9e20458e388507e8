"""`migrate` as a process, and how its progress shows in the database."""

import subprocess
from contextlib import contextmanager

from sqlalchemy import text

from adapters.postgres.schema.version import NEWEST
from tests.processes import command, environment
from tests.upgrades.old_database import database_settings

POLLING = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory%'")
BUILDING = text("""
    SELECT pid FROM pg_stat_activity
    WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
""")
INVALID = text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
VERSION = text("SELECT version_num FROM alembic_version")


@contextmanager
def migrating(root, url, *arguments):
    """The process; the end of the block waits for it."""
    with subprocess.Popen(
        command("migrate", *arguments),
        cwd=root,
        env=environment(**database_settings(url)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def first_column(engine, query):
    """The first column of the result, on a new connection."""
    with engine.connect() as connection:
        return connection.execute(query).scalars().all()


def is_complete(engine):
    return first_column(engine, VERSION) == [NEWEST] and first_column(engine, INVALID) == []
