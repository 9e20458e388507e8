"""Commands that write a database to a file, and read it from there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from adapters.postgres.maintenance.backup import Backup, BackupError
from adapters.postgres.maintenance.inspection import analyze, is_empty, server_major_version
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.schema.version import NEWEST
from entrypoints.cli.atomic_write import atomic_write
from entrypoints.cli.database import maintenance_engine, tell
from entrypoints.cli.errors import CommandError
from entrypoints.cli.postgres_programs import find_programs
from entrypoints.cli.selected_database import SelectedDatabase, selected_database

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command(short_help="Write the whole database to FILE.")
@FILE
@click.option("--force", "is_replacing", is_flag=True, help="Take the place of a FILE that exists.")
def backup(file: Path, is_replacing: bool) -> None:
    """Write the whole database to FILE with pg_dump; the service may answer meanwhile.

    FILE appears when it is complete, on the disk and read through; its owner alone may read it. It
    holds everything but JWT_SECRET_KEY.

    Works on DATABASE_URL, or else on the database of make run.
    """
    with _naming_file(file):
        _require_free(file, is_replacing)
    with (
        selected_database() as database,
        maintenance_engine(database.url) as engine,
        _naming_file(file),
        atomic_write(file) as made,
    ):
        backup_file = _backup_file(made, engine)
        backup_file.dump(database.url)
        backup_file.check()
        revision = backup_file.revision()
        if revision is None:
            raise CommandError("the database has no Turnout in it.")
        # Another backup may have taken the name meanwhile.
        _require_free(file, is_replacing)
    size = file.stat().st_size
    click.echo(f"{file} holds the database, at revision {revision}: {size:,} bytes.")


@click.command(short_help="Fill an empty database from FILE.")
@FILE
def restore(file: Path) -> None:
    """Fill an empty database from FILE, which backup wrote, and verify its data.

    All of it is restored, or nothing: a FILE that is cut leaves the database empty.

    Works on DATABASE_URL, or else on the database of make run, which need not have been there.
    """
    with _naming_file(file):
        if not file.is_file():
            raise CommandError(f"{file} is no file.")
    with selected_database(is_made=True) as database, maintenance_engine(database.url) as engine:
        backup_file = _backup_file(file, engine)
        _require_empty(database, engine)
        try:
            backup_file.check()
        except BackupError as error:
            raise CommandError(f"{file} can't be read: {error}") from error
        revision = _known_revision(backup_file)
        backup_file.restore(database.url)
        analyze(engine)
        exit_code = tell(verify(engine))
    if revision != NEWEST:
        click.echo(f"It is at revision {revision}: python -m entrypoints.cli migrate is to follow.")
    sys.exit(exit_code)


@contextmanager
def _naming_file(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{file} can't be used ({error.strerror}).") from error


def _require_free(file: Path, is_replacing: bool) -> None:
    if file.exists() and not (file.is_file() and is_replacing):
        raise CommandError(f"{file} exists{'; --force replaces it' if file.is_file() else ''}.")


def _backup_file(file: Path, engine: Engine) -> Backup:
    return Backup(file, *find_programs(server_major_version(engine)))


def _require_empty(database: SelectedDatabase, engine: Engine) -> None:
    if is_empty(engine):
        return
    if database.is_embedded:
        way = "stop make run, and set DATA_DIR to another directory or move postgres out of it"
    else:
        way = "name a new one in DATABASE_URL; CREATE DATABASE, or createdb, makes it"
    raise CommandError(f"the database {database.url.database} is not empty: {way}.")


def _known_revision(backup_file: Backup) -> str:
    # Reading the migrations takes Alembic, which writing a file does not need.
    from adapters.postgres.schema.migrate import known_revisions

    revision = backup_file.revision()
    if revision is None:
        raise CommandError(f"{backup_file.file} holds no database of Turnout.")
    if revision not in known_revisions():
        raise CommandError(
            f"{backup_file.file} is at revision {revision}, which this version does not know: "
            "restore it with the version that made it, or a newer one."
        )
    return revision
