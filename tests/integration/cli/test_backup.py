"""The backup command."""

import signal
import subprocess
from contextlib import contextmanager
from shlex import quote

import pytest

from entrypoints.embedded_postgres import BIN_DIR
from tests.concurrency import wait_until
from tests.processes import command, environment

SECRET = "horse/battery 'staple'"
PROGRAM = """#!/bin/sh
case "$1" in --version) echo "$0 (PostgreSQL) {release}.1"; exit;; esac
{script}
"""


@pytest.fixture
def programs(tmp_path):
    """Makes a POSTGRES_BIN_DIR with wrapper scripts."""
    directory = tmp_path / "programs"
    directory.mkdir()

    def make(script, release=99):
        for name in ("pg_dump", "pg_restore"):
            real = quote(str(BIN_DIR / name))
            program = directory / name
            program.write_text(PROGRAM.format(release=release, script=script.format(real=real)))
            program.chmod(0o700)
        return {"POSTGRES_BIN_DIR": str(directory)}

    return make


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def test_an_existing_file_is_only_replaced_with_force(run_command, error_of, db, folder):
    file = folder / "turnout.dump"
    file.write_text("the only backup")

    error = error_of("backup", file, **db.settings)
    assert error == f"{file} exists. Use --force (FORCE=1 with make) to replace it."
    assert file.read_text() == "the only backup"

    assert run_command("backup", "--force", file, **db.settings).returncode == 0
    assert file.read_bytes().startswith(b"PGDMP")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [file]


def test_a_device_is_never_replaced(error_of, db):
    assert error_of("backup", "--force", "/dev/null", **db.settings) == "/dev/null exists."


def test_an_unwritable_file_is_named(error_of, db, folder):
    file = folder / "missing" / "turnout.dump"

    error = error_of("backup", file, **db.settings)

    assert error == f"{file} can't be used (No such file or directory)."


def test_a_database_without_turnout_is_rejected(error_of, make_database, folder):
    error = error_of("backup", folder / "file", **make_database(migrated=False).settings)

    assert error == "this is not a Turnout database."
    assert list(folder.iterdir()) == []


def test_programs_older_than_the_server_are_rejected(error_of, db, programs, folder):
    setting = programs("exit 0", release=9)

    error = error_of("backup", folder / "file", **setting, **db.settings)

    assert error.startswith("POSTGRES_BIN_DIR: the server has version ")
    assert f"{setting['POSTGRES_BIN_DIR']}/pg_dump has version 9; " in error


def test_the_password_is_not_in_the_arguments(run_command, db, programs, folder, tmp_path):
    recorded = tmp_path / "arguments"
    setting = programs(
        f'echo "$@" >> {recorded}; echo "$PGPASSWORD" >> {recorded}.env; exec {{real}} "$@"'
    )
    [name] = db.rows("SELECT current_database()")[0]
    url = db.engine.url.set(password=SECRET).render_as_string(hide_password=False)

    result = run_command("backup", folder / "file", **setting, DATABASE_URL=url)

    assert result.returncode == 0, result.stderr
    assert name in recorded.read_text()
    assert "horse" not in recorded.read_text()
    assert f"{SECRET}\n" in (tmp_path / "arguments.env").read_text()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('{real} "$@"; echo "pg_dump: error: the disk is full" >&2; exit 1', "the disk is full"),
        # It exits with 0, but half of the file is missing.
        (
            'for each; do case "$each" in --file=/*/.*) file=${{each#--file=}};; esac; done\n'
            '{real} "$@" || exit; [ "$file" ] && truncate --size=-2000 "$file"; true',
            "could not read",
        ),
    ],
    ids=["a dump that fails", "a dump that is cut"],
)
def test_an_incomplete_backup_leaves_no_file(error_of, seeded_db, programs, folder, script, reason):  # noqa: PLR0917
    db, _ = seeded_db
    error = error_of("backup", folder / "file", **programs(script), **db.settings)

    assert reason in error
    assert list(folder.iterdir()) == []


def test_a_file_created_during_the_backup_is_kept(error_of, seeded_db, programs, folder):
    db, _ = seeded_db
    file = folder / "turnout.dump"
    setting = programs(f'echo "of another backup" > {file}; exec {{real}} "$@"')

    error = error_of("backup", file, **setting, **db.settings)

    assert error == f"{file} exists. Use --force (FORCE=1 with make) to replace it."
    assert file.read_text() == "of another backup\n"
    assert list(folder.iterdir()) == [file]


@contextmanager
def start_command(root, *arguments, **settings):
    process = subprocess.Popen(
        command(*map(str, arguments)), cwd=root, env=environment(**settings), stderr=subprocess.PIPE
    )
    with process:
        yield process


def test_a_terminated_backup_leaves_no_file(root, db, programs, folder, tmp_path):
    setting = programs(f"touch {tmp_path}/started; exec sleep 600")
    with start_command(root, "backup", folder / "file", **setting, **db.settings) as process:
        wait_until((tmp_path / "started").exists, "pg_dump is running")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM

    assert list(folder.iterdir()) == []
