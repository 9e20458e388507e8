"""Several processes migrate at once, and some are killed in the middle."""

from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import text

from adapters.postgres.schema.migrate import ADVISORY_LOCK, migrate
from tests.concurrency import wait_until
from tests.processes import run_cli
from tests.upgrades.old_database import database_settings
from tests.upgrades.processes import (
    BUILDING,
    INVALID,
    POLLING,
    first_column,
    is_complete,
    migrating,
)

# Records every schema change.
RECORD = """
    CREATE TABLE changes (tag text, object text);
    CREATE FUNCTION record() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO changes
        SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands();
    END $$;
    CREATE EVENT TRIGGER recorder ON ddl_command_end EXECUTE FUNCTION record();
"""
CREATED = text("SELECT object FROM changes WHERE tag IN ('CREATE INDEX', 'CREATE TABLE')")


def test_instances_that_start_together_migrate_once(old_database, engine, root):
    with engine.begin() as connection:
        connection.exec_driver_sql(RECORD)
    with ExitStack() as stack:
        with engine.connect() as blocker:
            blocker.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            blocker.commit()
            instances = [stack.enter_context(migrating(root, old_database)) for _ in range(3)]
            wait_until(lambda: first_column(engine, POLLING) == [3], "all of them wait")
            blocker.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
            blocker.commit()
        outcomes = [(instance.wait(), instance.stderr.read()) for instance in instances]

    waiting = "Another instance is migrating this database: waiting for it.\n"
    assert outcomes == [(0, waiting)] * 3
    created = first_column(engine, CREATED)
    assert "public.sessions_expires_at_idx" in created
    assert len(created) == len(set(created))
    assert is_complete(engine)


@contextmanager
def an_open_snapshot(engine):
    """A transaction that CREATE INDEX CONCURRENTLY must wait for; it locks no row."""
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        connection.execute(text("SELECT count(*) FROM events"))
        yield


def test_the_index_build_of_a_killed_process_is_finished(old_database, engine, root):
    migrate(engine, "0004")
    with ExitStack() as blocking:
        blocking.enter_context(an_open_snapshot(engine))
        with migrating(root, old_database) as killed:
            wait_until(lambda: first_column(engine, BUILDING) != [], "it builds the index")
            killed.kill()
        assert first_column(engine, INVALID) == ["events_type_idx"]
        with migrating(root, old_database) as second:
            wait_until(lambda: first_column(engine, POLLING) == [1], "it waits")
            blocking.close()

    assert second.returncode == 0
    assert is_complete(engine)


def terminate_build(engine):
    [builder] = first_column(engine, BUILDING)
    first_column(engine, text(f"SELECT pg_terminate_backend({builder}, 5000)"))


@pytest.mark.parametrize("is_killed", [True, False])
def test_an_interrupted_index_build_is_repeated(old_database, engine, root, is_killed):
    migrate(engine, "0004")
    with an_open_snapshot(engine), migrating(root, old_database) as process:
        wait_until(lambda: first_column(engine, BUILDING) != [], "it builds the index")
        if is_killed:
            process.kill()
        terminate_build(engine)
        reason = process.communicate()[1]
    if not is_killed:
        assert process.returncode == 1
        assert reason.startswith("turnout: DATABASE_URL: the database can't be used: ")
        assert reason.count("\n") == 1
    assert first_column(engine, INVALID) == ["events_type_idx"]

    migrate(engine)

    assert is_complete(engine)


def test_a_database_of_a_newer_release_is_left_unchanged(old_database, engine, root):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    migration = run_cli(root, "migrate", **database_settings(old_database))

    assert migration.returncode == 0
    assert migration.stderr == "A newer release migrated this database: nothing to do.\n"
