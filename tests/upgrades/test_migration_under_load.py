"""Migrating while the previous release serves requests: none fails or waits for long."""

from contextlib import ExitStack, contextmanager

from sqlalchemy import text

from adapters.postgres.schema.migrate import migrate
from tests.concurrency import wait_until
from tests.processes import run_cli
from tests.upgrades.old_database import database_settings
from tests.upgrades.old_release_load import OldRelease
from tests.upgrades.processes import VERSION, first_column, is_complete, migrating

# So many that building an index takes longer than the lock timeout.
MANY = """
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at)
    SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), 'Tea ' || n, repeat('word ', 40) || n,
           now() + n * interval '1 h', now() + (n + 1) * interval '1 h', 10, 0, now(), now()
    FROM generate_series(1, 10000) n
"""
WAITING_FOR_LOCK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE events ADD%'"
)


@contextmanager
def a_long_transaction(engine):
    """Another transaction has read events and stays open."""
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM events"))
        yield


def test_the_previous_release_keeps_working_during_the_migration(old_database, engine, root):
    with engine.begin() as connection:
        connection.execute(text(MANY))
    old_release = OldRelease(old_database)
    with old_release.running(), ExitStack() as transaction:
        transaction.enter_context(a_long_transaction(engine))
        with migrating(root, old_database) as process:
            wait_until(
                lambda: first_column(engine, WAITING_FOR_LOCK) != [0], "migrate waits for the lock"
            )
            wait_until(lambda: first_column(engine, WAITING_FOR_LOCK) == [0], "migrate gives way")
            count = len(old_release.taken_s)
            wait_until(lambda: len(old_release.taken_s) > count + 100, "the old release goes on")
            transaction.close()

    assert process.returncode == 0
    assert old_release.errors == []
    assert is_complete(engine)


def test_a_migration_that_cannot_get_its_lock_ends_with_one_line(old_database, engine, root):
    with a_long_transaction(engine):
        migration = run_cli(root, "migrate", "--give-up-after=1", **database_settings(old_database))
        assert first_column(engine, VERSION) == ["0003"]

    assert migration.returncode == 1
    assert migration.stderr == (
        "turnout: DATABASE_URL: the next step needs a lock that other transactions held for "
        "1 s; end them and try again.\n"
    )
    migrate(engine)
    assert is_complete(engine)
