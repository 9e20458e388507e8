"""Several processes that migrate at once, and such as come to an end in the middle."""

from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import text

from adapters.postgres.schema.migrate import ADVISORY_LOCK, migrate
from tests.e2e.processes import finished
from tests.resilience.crowd import wait_until
from tests.upgrades.before import environment_of
from tests.upgrades.processes import BUILDING, INVALID, POLLING, is_complete, migrating, told

# Writes down every change of the schema, whoever makes it.
RECORD = """
    CREATE TABLE changes (tag text, object text);
    CREATE FUNCTION record() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO changes
        SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands();
    END $$;
    CREATE EVENT TRIGGER recorder ON ddl_command_end EXECUTE FUNCTION record();
"""
MADE = text("SELECT object FROM changes WHERE tag IN ('CREATE INDEX', 'CREATE TABLE')")


def test_instances_that_start_together_take_turns_and_do_the_work_once(before, onlooker, root):
    with onlooker.begin() as connection:
        connection.exec_driver_sql(RECORD)
    with ExitStack() as stack:
        with onlooker.connect() as gate:
            gate.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
            gate.commit()
            instances = [stack.enter_context(migrating(root, before)) for _ in range(3)]
            wait_until(lambda: told(onlooker, POLLING) == [3], "they do not wait")
            gate.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
            gate.commit()
        outcomes = [(instance.wait(), instance.stderr.read()) for instance in instances]

    waiting = "Another instance is migrating this database: waiting for it.\n"
    assert outcomes == [(0, waiting)] * 3
    made = told(onlooker, MADE)
    assert "public.sessions_expires_at_idx" in made
    assert len(made) == len(set(made))
    assert is_complete(onlooker)


@contextmanager
def an_old_snapshot(engine):
    """A transaction that a concurrent build must wait for; it locks nothing that was written."""
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        connection.execute(text("SELECT count(*) FROM events"))
        yield


def test_what_a_killed_process_was_building_is_finished_and_waited_for(before, onlooker, root):
    migrate(onlooker, "0004")
    with ExitStack() as others:
        others.enter_context(an_old_snapshot(onlooker))
        with migrating(root, before) as killed:
            wait_until(lambda: told(onlooker, BUILDING) != [], "it does not build")
            killed.kill()
        assert told(onlooker, INVALID) == ["events_type_idx"]
        with migrating(root, before) as following:
            wait_until(lambda: told(onlooker, POLLING) == [1], "it does not wait")
            others.close()

    assert following.returncode == 0
    assert is_complete(onlooker)


def lose_the_connection_of_a_build(engine):
    [builder] = told(engine, BUILDING)
    told(engine, text(f"SELECT pg_terminate_backend({builder}, 5000)"))


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_build_that_broke_off_is_made_anew(before, onlooker, root, is_killed):
    migrate(onlooker, "0004")
    with an_old_snapshot(onlooker), migrating(root, before) as process:
        wait_until(lambda: told(onlooker, BUILDING) != [], "it does not build")
        if is_killed:
            process.kill()
        lose_the_connection_of_a_build(onlooker)
        reason = process.communicate()[1]
    if not is_killed:
        assert process.returncode == 1
        assert reason.startswith("turnout: DATABASE_URL: the database can't be used: ")
        assert reason.count("\n") == 1
    assert told(onlooker, INVALID) == ["events_type_idx"]

    migrate(onlooker)

    assert is_complete(onlooker)


def test_what_a_newer_release_migrated_is_left_alone(before, onlooker, root):
    with onlooker.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    migration = finished(root, "migrate", **environment_of(before))

    assert migration.returncode == 0
    assert migration.stderr == "A newer release migrated this database: nothing to do.\n"
