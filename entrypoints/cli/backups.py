"""Commands that write a database to a file, and read it from there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from adapters.postgres.maintenance.backup import Archive, ArchiveError
from adapters.postgres.maintenance.inspection import analyze, is_empty, server_release
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.schema.version import NEWEST
from entrypoints.cli.atomic_write import written_whole
from entrypoints.cli.database import patient_engine, tell
from entrypoints.cli.errors import Refused
from entrypoints.cli.postgres_programs import find_programs
from entrypoints.cli.selected_database import ChosenDatabase, chosen_database

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
        chosen_database() as database,
        patient_engine(database.url) as engine,
        _naming_file(file),
        written_whole(file) as made,
    ):
        archive = _archive(made, engine)
        archive.dump(database.url)
        archive.read_through()
        revision = archive.revision()
        if revision is None:
            raise Refused("the database has no Turnout in it.")
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
            raise Refused(f"{file} is no file.")
    with chosen_database(is_made=True) as database, patient_engine(database.url) as engine:
        archive = _archive(file, engine)
        _require_empty(database, engine)
        try:
            archive.read_through()
        except ArchiveError as error:
            raise Refused(f"{file} can't be read: {error}") from error
        revision = _known_revision(archive)
        archive.restore(database.url)
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
        raise Refused(f"{file} can't be used ({error.strerror}).") from error


def _require_free(file: Path, is_replacing: bool) -> None:
    if file.exists() and not (file.is_file() and is_replacing):
        raise Refused(f"{file} exists{'; --force replaces it' if file.is_file() else ''}.")


def _archive(file: Path, engine: Engine) -> Archive:
    return Archive(file, *find_programs(server_release(engine)))


def _require_empty(database: ChosenDatabase, engine: Engine) -> None:
    if is_empty(engine):
        return
    if database.is_embedded:
        way = "stop make run, and set DATA_DIR to another directory or move postgres out of it"
    else:
        way = "name a new one in DATABASE_URL; CREATE DATABASE, or createdb, makes it"
    raise Refused(f"the database {database.url.database} is not empty: {way}.")


def _known_revision(archive: Archive) -> str:
    # Reading the migrations takes Alembic, which writing a file does not need.
    from adapters.postgres.schema.migrate import known_revisions

    revision = archive.revision()
    if revision is None:
        raise Refused(f"{archive.file} holds no database of Turnout.")
    if revision not in known_revisions():
        raise Refused(
            f"{archive.file} is at revision {revision}, which this version does not know: "
            "restore it with the version that made it, or a newer one."
        )
    return revision
