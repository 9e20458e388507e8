"""The command `distribute` moves all rows, can be interrupted, and can be repeated."""

import subprocess
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from adapters.postgres.citus.distribute import DistributionError, distribute
from adapters.postgres.citus.distribution import DISTRIBUTIONS
from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.schema.version import check_readiness
from adapters.postgres.timeouts import LocksHeld
from application.errors import NotReady, Unavailable
from application.messages.bodies import password_reset_body, reminder_body
from tests.builders import NOON, an_event
from tests.citus.filled_database import fill, first_column, rows_of
from tests.citus.nodes import inactive_workers
from tests.processes import command, environment

SHARDED = """
    SELECT relname::text FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
"""
FOREIGN_KEYS = """
    SELECT conname::text FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
# What the coordinator's own tables contain.
LOCAL_SIZE = "SELECT pg_relation_size(logicalrelid) FROM pg_dist_partition"
MIGRATION_LOCK_HOLDER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"


class Interrupted(Exception):
    pass


@pytest.fixture
def filled(migrated, engine):
    fill(engine)
    return rows_of(engine)


def run(root, url):
    return subprocess.run(
        command("distribute"),
        cwd=root,
        env=environment(DATABASE_URL=url.render_as_string(hide_password=False)),
        capture_output=True,
        text=True,
        check=False,
    )


def distributed_tables(engine):
    tables = []
    distribute(engine, lambda *progress: tables.append(progress[:2]))
    return tables


def test_all_rows_remain(filled, engine):
    tables = distributed_tables(engine)

    assert rows_of(engine) == filled
    counts = {name: len(rows) for name, rows in filled.items()}
    assert min(counts.values()) > 0
    assert dict(tables) == counts | {"usernames": 49}
    assert set(first_column(engine, LOCAL_SIZE)) == {0}
    assert sorted(first_column(engine, SHARDED)) == sorted(each.name for each in DISTRIBUTIONS)


def test_usernames_are_unique_in_lower_case(filled, engine):
    distribute(engine, lambda *_: None)

    with engine.connect() as connection:
        names = connection.execute(text("SELECT name, user_id FROM usernames")).all()
        accounts = connection.execute(
            text("SELECT lower(username), id FROM users WHERE username IS NOT NULL")
        ).all()
    assert len(names) == 49
    assert sorted(names) == sorted(accounts)


def test_messages_are_with_their_event(migrated, engine):
    event_id, ids = uuid4(), [uuid4() for _ in range(3)]
    event = an_event(id=event_id)
    bodies = [
        reminder_body(event, NOON),
        f'{{"type":"attendance.created","data":{{"event_id":"{event_id}"}}}}',
        password_reset_body("ada@home.example", datetime.now(UTC)),
    ]
    with engine.begin() as connection:
        insert = text("INSERT INTO outbox (id, body) VALUES (:id, :body)")
        for message_id, body in zip(ids, bodies, strict=True):
            connection.execute(insert, {"id": message_id, "body": body})

    distribute(engine, lambda *_: None)

    with engine.connect() as connection:
        keys = {
            row.id: row.shard_key
            for row in connection.execute(text("SELECT id, shard_key FROM outbox"))
        }
    assert [keys[each] for each in ids] == [event_id, event_id, ids[2]]


def test_foreign_keys_within_a_shard_remain(migrated, engine):
    distribute(engine, lambda *_: None)

    assert sorted(first_column(engine, FOREIGN_KEYS)) == [
        "attendances_event_id_fkey",
        "calendar_feeds_user_id_fkey",
        "event_terms_event_id_fkey",
        "idempotency_keys_user_id_fkey",
        "mail_tokens_user_id_fkey",
        "reminders_event_id_fkey",
        "sessions_user_id_fkey",
        "waitlist_entries_event_id_fkey",
    ]


@pytest.mark.parametrize("last", ["users", "sessions", "outbox"])
def test_an_interrupted_run_is_continued(filled, engine, last):
    def interrupt(table, rows, seconds):
        if table == last:
            raise Interrupted

    with pytest.raises(Interrupted):
        distribute(engine, interrupt)
    names = [each.name for each in DISTRIBUTIONS]
    done = names.index(last) + 1
    assert sorted(first_column(engine, SHARDED)) == sorted(names[:done])

    assert [table for table, _ in distributed_tables(engine)] == names[done:]
    assert rows_of(engine) == filled


def test_a_run_that_loses_its_connection_is_continued(filled, engine):
    def terminate(table, rows, seconds):
        if table == "events":
            first_column(
                engine, f"SELECT pg_terminate_backend(pid, 5000) FROM ({MIGRATION_LOCK_HOLDER}) l"
            )

    with pytest.raises(Unavailable):
        distribute(engine, terminate)

    distribute(engine, lambda *_: None)
    assert rows_of(engine) == filled


def test_a_partly_distributed_database_is_not_served_as_a_plain_one(migrated, url, engine):
    def interrupt(*_):
        raise Interrupted

    with pytest.raises(Interrupted):
        distribute(engine, interrupt)

    autocommit = make_engine(url, pool_size=1, is_autocommit=True)
    with pytest.raises(NotReady) as error:
        check_readiness(Reader(autocommit))
    autocommit.dispose()
    assert error.value.detail == "The database is distributed: set DATABASE_TYPE=citus."


def test_the_command_reports_each_table_and_can_be_repeated(migrated, url, pytestconfig):
    first, second = run(pytestconfig.rootpath, url), run(pytestconfig.rootpath, url)

    assert (first.returncode, first.stderr) == (0, "")
    *lines, last = first.stdout.splitlines()
    assert [line.partition(": 0 rows, ")[0] for line in lines] == [
        each.name for each in DISTRIBUTIONS
    ]
    assert last == "Distributed 16 tables. Start the service with DATABASE_TYPE=citus."
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == "All tables are distributed: nothing to do.\n"


def test_a_locked_table_ends_the_run_and_loses_nothing(filled, engine):
    with engine.connect() as other:
        other.execute(text("UPDATE users SET email = email"))
        with pytest.raises(LocksHeld):
            distribute(engine, lambda *_: None, timeout_s=0.1)
        other.rollback()

    assert first_column(engine, SHARDED) == []
    assert rows_of(engine) == filled


def test_an_unknown_table_is_named(migrated, engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE reminders_of_tomorrow (id uuid)"))
    try:
        with pytest.raises(DistributionError) as error:
            distribute(engine, lambda *_: None)
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE reminders_of_tomorrow"))

    assert str(error.value) == "this version does not know how to distribute reminders_of_tomorrow."


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("outbox", "SELECT create_distributed_table('outbox', 'id')"),
        ("webhook_deliveries", "SELECT create_reference_table('webhook_deliveries')"),
    ],
)
def test_a_table_that_is_distributed_in_another_way_is_named(migrated, engine, table, statement):
    with engine.begin() as connection:
        connection.execute(text(statement))

    with pytest.raises(DistributionError) as error:
        distribute(engine, lambda *_: None)

    assert str(error.value) == f"{table} has been distributed in another way."


def test_a_cluster_without_workers_is_rejected(migrated, engine):
    with inactive_workers(engine), pytest.raises(DistributionError) as error:
        distribute(engine, lambda *_: None)

    assert "citus_add_node" in str(error.value)


def test_search_terms_are_updated_in_a_distributed_database(filled, engine):
    distribute(engine, lambda *_: None)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM event_terms"))

    migrate(engine)

    assert first_column(engine, "SELECT count(*) FROM event_terms") == [50]
