"""Migrating while the release before goes on: nobody fails, nobody waits for long."""

from contextlib import ExitStack, contextmanager

from sqlalchemy import text

from adapters.postgres.schema.migrate import migrate
from tests.e2e.processes import finished
from tests.resilience.crowd import wait_until
from tests.upgrades.before import environment_of
from tests.upgrades.processes import VERSION, is_complete, migrating, told
from tests.upgrades.statements import OldRelease

# So many that building an index takes longer than anybody waits for a lock.
MANY = """
    INSERT INTO events (id, creator_id, title, description, start_time, end_time, capacity,
                        attendees_count, created_at, updated_at)
    SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), 'Tea ' || n, repeat('word ', 40) || n,
           now() + n * interval '1 h', now() + (n + 1) * interval '1 h', 10, 0, now(), now()
    FROM generate_series(1, 10000) n
"""
WANTING = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE events ADD%'")


@contextmanager
def a_long_transaction(engine):
    """Someone who reads events and does not come to an end."""
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM events"))
        yield


def test_statements_of_the_release_before_go_on_while_the_schema_changes(before, onlooker, root):
    with onlooker.begin() as connection:
        connection.execute(text(MANY))
    old = OldRelease(before)
    with old.at_work(), ExitStack() as others:
        others.enter_context(a_long_transaction(onlooker))
        with migrating(root, before) as process:
            wait_until(lambda: told(onlooker, WANTING) != [0], "it does not want the lock")
            wait_until(lambda: told(onlooker, WANTING) == [0], "it does not yield")
            seen = len(old.taken_s)
            wait_until(lambda: len(old.taken_s) > seen + 100, "the others do not go on")
            others.close()

    assert process.returncode == 0
    assert old.errors == []
    assert is_complete(onlooker)


def test_a_lock_that_is_not_to_be_had_is_given_up_in_one_line(before, onlooker, root):
    with a_long_transaction(onlooker):
        migration = finished(root, "migrate", "--give-up-after=1", **environment_of(before))
        assert told(onlooker, VERSION) == ["0003"]

    assert migration.returncode == 1
    assert migration.stderr == (
        "turnout: DATABASE_URL: the next migration needs a lock that other transactions held for "
        "1 s; end them and migrate again.\n"
    )
    migrate(onlooker)
    assert is_complete(onlooker)
