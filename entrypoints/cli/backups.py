"""Commands that back up and restore a database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from adapters.postgres.citus.backup import is_distributed, writes_blocked
from adapters.postgres.maintenance.backup import Backup, BackupError, is_archive
from adapters.postgres.maintenance.inspection import analyze, is_empty, server_major_version
from adapters.postgres.maintenance.verify import verify
from adapters.postgres.schema.version import NEWEST
from entrypoints.cli.atomic_write import atomic_write
from entrypoints.cli.database import maintenance_engine, print_verification
from entrypoints.cli.errors import CommandError
from entrypoints.cli.postgres_programs import find_programs
from entrypoints.cli.selected_database import SelectedDatabase, selected_database

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command(short_help="Write the whole database to FILE.")
@FILE
@click.option("--force", "is_forced", is_flag=True, help="Replace FILE if it exists.")
def backup(file: Path, is_forced: bool) -> None:
    """Write the whole database to FILE with pg_dump. The service can keep running.

    Unless the database is distributed: then the service cannot write during the backup.

    FILE appears once it is complete and checked. Only its owner can read it. It contains everything
    except JWT_SECRET_KEY.

    Uses DATABASE_URL, or the database of make run.
    """
    with _file_errors(file):
        _require_free(file, is_forced)
    with (
        selected_database() as database,
        # Any encoding: a backup is how to move to a database that uses UTF-8.
        maintenance_engine(database.url, is_any_encoding=True) as engine,
        _file_errors(file),
        atomic_write(file) as temporary,
    ):
        backup_file = _backup_file(temporary, engine)
        with _consistent(engine):
            backup_file.dump(database.url)
        backup_file.check()
        revision = backup_file.revision()
        if revision is None:
            raise CommandError("this is not a Turnout database.")
        # Another backup may have created it in the meantime.
        _require_free(file, is_forced)
    size = file.stat().st_size
    click.echo(f"Wrote {file}: {size:,} bytes, at revision {revision}.")


@click.command(short_help="Restore FILE into an empty database.")
@FILE
def restore(file: Path) -> None:
    """Restore FILE, written by backup, into an empty database, and verify the data.

    Restores everything or nothing: after an error the database is still empty. The backup of an
    older version must be migrated before its data can be verified. The backup of a distributed
    database must be restored on Citus, and then be distributed again.

    Uses DATABASE_URL, or the database of make run, which is created if necessary.
    """
    with _file_errors(file):
        if not file.is_file():
            raise CommandError(f"{file} is not a file.")
        if not is_archive(file):
            raise CommandError(f"{file} is not a file that backup wrote.")
    with selected_database(create=True) as database, maintenance_engine(database.url) as engine:
        backup_file = _backup_file(file, engine)
        _require_empty(database, engine)
        try:
            backup_file.check()
        except BackupError as error:
            raise CommandError(f"{file} can't be read: {error}") from error
        revision = _known_revision(backup_file)
        backup_file.restore(database.url)
        click.echo(f"Restored {file}.")
        analyze(engine)
        if revision == NEWEST:
            sys.exit(print_verification(verify(engine)))
    click.echo(
        f"It is at revision {revision}: run python -m entrypoints.cli migrate next, "
        "then verify-data."
    )


@contextmanager
def _file_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{file} can't be used ({error.strerror}).") from error


@contextmanager
def _consistent(engine: Engine) -> Iterator[None]:
    """A snapshot of pg_dump is enough unless the database is distributed."""
    if not is_distributed(engine):
        yield
        return
    click.echo("The database is distributed: the service cannot write during the backup.", err=True)
    with writes_blocked(engine):
        yield


def _require_free(file: Path, is_forced: bool) -> None:
    if file.exists() and not (file.is_file() and is_forced):
        advice = ". Use --force (FORCE=1 with make) to replace it" if file.is_file() else ""
        raise CommandError(f"{file} exists{advice}.")


def _backup_file(file: Path, engine: Engine) -> Backup:
    return Backup(file, *find_programs(server_major_version(engine)))


def _require_empty(database: SelectedDatabase, engine: Engine) -> None:
    if is_empty(engine):
        return
    if database.is_embedded:
        advice = "stop make run, then set DATA_DIR to another directory"
    else:
        advice = "create a new one with createdb and set DATABASE_URL to it"
    raise CommandError(f"the database {database.url.database} is not empty: {advice}.")


def _known_revision(backup_file: Backup) -> str:
    # Imported here: backup does not need Alembic.
    from adapters.postgres.schema.migrate import known_revisions

    revision = backup_file.revision()
    if revision is None:
        raise CommandError(f"{backup_file.file} is not a backup of a Turnout database.")
    if revision not in known_revisions():
        raise CommandError(
            f"{backup_file.file} is at revision {revision}, which this version does not know: "
            "restore it with the version that wrote it, or a newer one."
        )
    return revision
