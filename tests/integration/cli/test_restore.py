"""The restore command."""

from shutil import copyfile

import pytest

from adapters.postgres.maintenance.backup import Backup, BackupError
from adapters.postgres.maintenance.inspection import is_empty
from adapters.postgres.schema.migrate import downgrade
from adapters.postgres.schema.tables import metadata
from entrypoints.embedded_postgres import BIN_DIR
from tests.integration.cli.conftest import SEEDED_EVENTS


@pytest.fixture(scope="module")
def backup(seeded_db, run_command, tmp_path_factory):
    db, _ = seeded_db
    file = tmp_path_factory.mktemp("backup") / "turnout.dump"
    assert run_command("backup", file, **db.settings).returncode == 0
    return file


@pytest.fixture
def file(tmp_path):
    return tmp_path / "turnout.dump"


@pytest.fixture
def empty(make_database):
    return make_database(migrated=False)


@pytest.fixture
def truncated_file(backup, file):
    content = backup.read_bytes()
    file.write_bytes(content[: len(content) * 9 // 10])
    return file


def all_rows(db):
    tables = [*metadata.tables, "alembic_version"]
    return {table: sorted(map(str, db.rows(f"SELECT * FROM {table}"))) for table in tables}


def test_everything_is_restored_and_the_service_works(  # noqa: PLR0917
    seeded_db, backup, empty, run_command, output_of, serve_database
):
    db, _ = seeded_db

    restored = run_command("restore", backup, **empty.settings)

    assert (restored.returncode, restored.stderr) == (0, "")
    [(seats,)] = db.rows("SELECT count(*) FROM attendances")
    first, second = restored.stdout.splitlines()
    assert first.startswith("Restored ")
    assert second == f"{SEEDED_EVENTS} events, {seats} seats: 0 differ."
    assert all_rows(empty) == all_rows(db)
    output_of("demo", "--base-url", serve_database(empty))


def test_a_truncated_file_leaves_the_database_empty(truncated_file, empty, error_of):
    error = error_of("restore", truncated_file, **empty.settings)

    assert error.startswith(f"{truncated_file} can't be read: ")
    assert is_empty(empty.engine)


def test_a_restore_that_fails_halfway_is_rolled_back(truncated_file, empty):
    """As if the file had been truncated after it was checked."""
    programs = [str(BIN_DIR / name) for name in ("pg_dump", "pg_restore")]

    with pytest.raises(BackupError):
        Backup(truncated_file, *programs).restore(empty.engine.url)

    assert is_empty(empty.engine)


@pytest.mark.parametrize(
    "content", [b"", b"a letter to the editor", b"-- PostgreSQL database dump\n", bytes(1024)]
)
def test_a_file_that_is_not_a_backup_is_rejected(empty, error_of, file, content):
    file.write_bytes(content)

    error = error_of("restore", file, **empty.settings)

    assert error == f"{file} is not a file that backup wrote."


def test_a_database_that_is_not_empty_is_left_unchanged(backup, db, error_of):
    error = error_of("restore", backup, **db.settings)

    assert " is not empty: create a new one with createdb" in error
    assert db.rows("SELECT count(*) FROM users") == [(0,)]


def test_a_backup_of_a_newer_version_is_rejected_before_anything_is_written(
    db, empty, output_of, error_of, file
):
    db.run("UPDATE alembic_version SET version_num = '9999'")
    output_of("backup", file, **db.settings)

    error = error_of("restore", file, **empty.settings)

    assert error.startswith(f"{file} is at revision 9999, which this version does not know: ")
    assert is_empty(empty.engine)


def test_a_backup_of_an_older_version_is_restored_and_can_be_migrated(db, empty, output_of, file):
    downgrade(db.engine, "0003")
    output_of("backup", file, **db.settings)

    output = output_of("restore", file, **empty.settings)

    assert output.splitlines()[1:] == [
        "It is at revision 0003: run python -m entrypoints.cli migrate next, then verify-data."
    ]
    output_of("migrate", **empty.settings)
    output_of("verify-data", **empty.settings)


def test_objects_of_extensions_do_not_count(empty):
    empty.run(
        "CREATE TABLE places (id int PRIMARY KEY)", "ALTER EXTENSION plpgsql ADD TABLE places"
    )

    assert is_empty(empty.engine)

    empty.run("CREATE TABLE ours (id int)")
    assert not is_empty(empty.engine)


def test_a_file_name_may_start_like_an_option(  # noqa: PLR0917
    backup, empty, output_of, error_of, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    copyfile(backup, "--clean")

    output_of("restore", "--", "--clean", **empty.settings)

    assert not is_empty(empty.engine)
