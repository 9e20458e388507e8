"""A database that was lost, from a file."""

from shutil import copyfile

import pytest

from adapters.postgres.maintenance.backup import Backup, BackupError
from adapters.postgres.maintenance.inspection import is_empty
from adapters.postgres.schema.migrate import downgrade
from adapters.postgres.schema.tables import metadata
from entrypoints.embedded_postgres import embedded_bin_dir
from tests.integration.commands.conftest import SEEDED_EVENTS


@pytest.fixture(scope="module")
def backup(seeded, turnout, tmp_path_factory):
    place, _ = seeded
    file = tmp_path_factory.mktemp("backup") / "turnout.dump"
    assert turnout("backup", file, **place.settings).returncode == 0
    return file


@pytest.fixture
def file(tmp_path):
    return tmp_path / "turnout.dump"


@pytest.fixture
def empty(a_place):
    return a_place(migrated=False)


@pytest.fixture
def cut(backup, file):
    whole = backup.read_bytes()
    file.write_bytes(whole[: len(whole) * 9 // 10])
    return file


def contents(place):
    tables = [*metadata.tables, "alembic_version"]
    return {table: sorted(map(str, place.rows(f"SELECT * FROM {table}"))) for table in tables}


def test_all_is_there_again_and_the_service_goes_on(  # noqa: PLR0917
    seeded, backup, empty, turnout, done, serving_on
):
    place, _ = seeded

    restored = turnout("restore", backup, **empty.settings)

    assert (restored.returncode, restored.stderr) == (0, "")
    [(seats,)] = place.rows("SELECT count(*) FROM attendances")
    assert restored.stdout == f"{SEEDED_EVENTS} events, {seats} seats: 0 differ.\n"
    assert contents(empty) == contents(place)
    done("demo", "--base-url", serving_on(empty))


def test_a_file_that_is_cut_leaves_the_database_empty(cut, empty, refused):
    said = refused("restore", cut, **empty.settings)

    assert said.startswith(f"{cut} can't be read: ")
    assert is_empty(empty.engine)


def test_what_breaks_off_in_the_middle_is_undone(cut, empty):
    """As if the file had been cut after it was read through."""
    programs = [str(embedded_bin_dir() / name) for name in ("pg_dump", "pg_restore")]

    with pytest.raises(BackupError):
        Backup(cut, *programs).restore(empty.engine.url)

    assert is_empty(empty.engine)


def test_what_is_no_backup_is_refused(empty, refused, file):
    file.write_text("a letter to the editor")

    said = refused("restore", file, **empty.settings)

    assert said.startswith(f"{file} can't be read: ")


def test_a_database_that_is_not_empty_is_left_alone(backup, place, refused):
    said = refused("restore", backup, **place.settings)

    assert " is not empty: create a new one with createdb" in said
    assert place.rows("SELECT count(*) FROM users") == [(0,)]


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_written(
    place, empty, done, refused, file
):
    place.run("UPDATE alembic_version SET version_num = '9999'")
    done("backup", file, **place.settings)

    said = refused("restore", file, **empty.settings)

    assert said.startswith(f"{file} is at revision 9999, which this version does not know: ")
    assert is_empty(empty.engine)


def test_a_backup_of_an_older_version_is_restored_and_migrates(place, empty, done, file):
    downgrade(place.engine, "0003")
    done("backup", file, **place.settings)

    told = done("restore", file, **empty.settings)

    assert told.splitlines()[1] == (
        "It is at revision 0003: run python -m entrypoints.cli migrate next."
    )
    done("migrate", **empty.settings)
    done("verify-data", **empty.settings)


def test_what_belongs_to_an_extension_leaves_a_database_empty(empty):
    empty.run(
        "CREATE TABLE places (id int PRIMARY KEY)", "ALTER EXTENSION plpgsql ADD TABLE places"
    )

    assert is_empty(empty.engine)

    empty.run("CREATE TABLE ours (id int)")
    assert not is_empty(empty.engine)


def test_a_name_that_begins_like_an_option_is_a_file(  # noqa: PLR0917
    backup, empty, done, refused, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    copyfile(backup, "--clean")

    done("restore", "--", "--clean", **empty.settings)

    assert not is_empty(empty.engine)
