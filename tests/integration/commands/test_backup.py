"""Writing a database to a file."""

import signal
import subprocess
from contextlib import contextmanager

import pytest

from entrypoints.embedded_postgres import embedded_bin_dir
from tests.e2e.processes import command, environment
from tests.resilience.crowd import wait_until

SECRET = "horse/battery 'staple'"
PROGRAM = """#!/bin/sh
case "$1" in --version) echo "$0 (PostgreSQL) {release}.1"; exit;; esac
{script}
"""


@pytest.fixture
def programs(tmp_path):
    """A directory with programs of an operator's own."""
    directory = tmp_path / "programs"
    directory.mkdir()

    def make(script, release=99):
        for name in ("pg_dump", "pg_restore"):
            real = embedded_bin_dir() / name
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


def test_a_file_that_exists_is_kept_unless_force_is_given(turnout, refused, place, folder):
    file = folder / "turnout.dump"
    file.write_text("the last one that is left")

    said = refused("backup", file, **place.settings)
    assert said == f"{file} exists; --force replaces it."
    assert file.read_text() == "the last one that is left"

    assert turnout("backup", "--force", file, **place.settings).returncode == 0
    assert file.read_bytes().startswith(b"PGDMP")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [file]


def test_what_is_no_file_is_never_replaced(refused, place):
    assert refused("backup", "--force", "/dev/null", **place.settings) == "/dev/null exists."


def test_where_nothing_can_be_written_the_file_is_named(refused, place, folder):
    file = folder / "missing" / "turnout.dump"

    said = refused("backup", file, **place.settings)

    assert said == f"{file} can't be used (No such file or directory)."


def test_a_database_without_turnout_is_no_backup(refused, a_place, folder):
    said = refused("backup", folder / "file", **a_place(migrated=False).settings)

    assert said == "this is not a Turnout database."
    assert list(folder.iterdir()) == []


def test_programs_that_are_older_than_the_server_are_refused(refused, place, programs, folder):
    setting = programs("exit 0", release=9)

    said = refused("backup", folder / "file", **setting, **place.settings)

    assert said.startswith("POSTGRES_BIN_DIR: the server has version ")
    assert f"{setting['POSTGRES_BIN_DIR']}/pg_dump has version 9; " in said


def test_the_password_is_in_no_argument(turnout, place, programs, folder, tmp_path):
    told = tmp_path / "told"
    setting = programs(f'echo "$@" >> {told}; echo "$PGPASSWORD" >> {told}.env; exec {{real}} "$@"')
    [name] = place.rows("SELECT current_database()")[0]
    url = place.engine.url.set(password=SECRET).render_as_string(hide_password=False)

    done = turnout("backup", folder / "file", **setting, DATABASE_URL=url)

    assert done.returncode == 0, done.stderr
    assert name in told.read_text()
    assert "horse" not in told.read_text()
    assert f"{SECRET}\n" in (tmp_path / "told.env").read_text()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('{real} "$@"; echo "pg_dump: error: the disk is full" >&2; exit 1', "the disk is full"),
        # It says that all went well, and half is missing.
        (
            'for each; do case "$each" in --file=/*/.*) file=${{each#--file=}};; esac; done\n'
            '{real} "$@" || exit; [ "$file" ] && truncate --size=-2000 "$file"; true',
            "could not read",
        ),
    ],
    ids=["a dump that fails", "a dump that is cut"],
)
def test_no_file_is_left_that_is_not_whole(refused, seeded, programs, folder, script, reason):  # noqa: PLR0917
    place, _ = seeded
    said = refused("backup", folder / "file", **programs(script), **place.settings)

    assert reason in said
    assert list(folder.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_kept(refused, seeded, programs, folder):
    place, _ = seeded
    file = folder / "turnout.dump"
    setting = programs(f'echo "of another backup" > {file}; exec {{real}} "$@"')

    said = refused("backup", file, **setting, **place.settings)

    assert said == f"{file} exists; --force replaces it."
    assert file.read_text() == "of another backup\n"
    assert list(folder.iterdir()) == [file]


@contextmanager
def begun(root, *arguments, **settings):
    process = subprocess.Popen(
        command(*map(str, arguments)), cwd=root, env=environment(**settings), stderr=subprocess.PIPE
    )
    with process:
        yield process


def test_a_backup_that_is_told_to_end_leaves_nothing(root, place, programs, folder, tmp_path):
    setting = programs(f"touch {tmp_path}/begun; exec sleep 600")
    with begun(root, "backup", folder / "file", **setting, **place.settings) as process:
        wait_until((tmp_path / "begun").exists, "pg_dump was not started")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM

    assert list(folder.iterdir()) == []
