"""Backups of a distributed database."""

import subprocess

import pytest
from psycopg2.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.citus.backup import writes_blocked
from adapters.postgres.citus.distribute import distribute
from tests.citus.filled_database import fill, first_column, rows_of
from tests.citus_database import drop_everything
from tests.processes import command, environment


@pytest.fixture
def run(pytestconfig, url):
    def run(*arguments):
        return subprocess.run(
            command(*map(str, arguments)),
            cwd=pytestconfig.rootpath,
            env=environment(DATABASE_URL=url.render_as_string(hide_password=False)),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_restored_backup_can_be_distributed_again(migrated, engine, run, tmp_path):
    fill(engine)
    distribute(engine, lambda *_: None)
    rows, names = rows_of(engine), first_column(engine, "SELECT name FROM usernames")

    backup = run("backup", tmp_path / "turnout.dump")
    assert (backup.returncode, backup.stderr) == (
        0,
        "The database is distributed: the service cannot write during the backup.\n",
    )
    drop_everything(engine)
    restore = run("restore", tmp_path / "turnout.dump")
    assert restore.stderr == ""
    assert restore.stdout.startswith("Restored ")
    assert rows_of(engine) == rows
    distribute(engine, lambda *_: None)

    assert rows_of(engine) == rows
    assert sorted(first_column(engine, "SELECT name FROM usernames")) == sorted(names)
    assert set(
        first_column(engine, "SELECT pg_relation_size(logicalrelid) FROM pg_dist_partition")
    ) == {0}


def test_nobody_can_write_during_a_backup(distributed, engine):
    delete = "SET LOCAL lock_timeout = '50ms'; DELETE FROM events"
    with writes_blocked(engine), engine.connect() as other:
        assert other.execute(text("SELECT count(*) FROM events")).scalar_one() == 0
        with pytest.raises(DBAPIError) as error:
            other.exec_driver_sql(delete)
    assert isinstance(error.value.orig, LockNotAvailable)

    with engine.connect() as other:
        other.exec_driver_sql(delete)
