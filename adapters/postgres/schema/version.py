"""Check whether the database has the schema that this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.postgres.errors import MigrationsMissing, WrongEncoding
from adapters.postgres.reader import Reader
from application.errors import NotReady, Unavailable

# The newest migration. Revisions are numbers that sort as text, and their files begin with them.
VERSIONS = Path(__file__).parent / "migrations" / "versions"
NEWEST = max(path.name.partition("_")[0] for path in VERSIONS.glob("*_*.py"))
NO_DATABASE = "The database does not respond."
NO_MIGRATIONS = "The database is missing migrations of this version."
DISTRIBUTED = "The database is distributed: set DATABASE_TYPE=citus."
# Only a distributed database has this table, from the first step on.
IS_DISTRIBUTED = "SELECT to_regclass('usernames') IS NOT NULL AS is_distributed"


def has_all_migrations(reader: Reader) -> bool:
    """Newer revisions count, too: releases add before they remove. Raises Unavailable."""
    try:
        revisions = reader.rows("SELECT version_num FROM alembic_version", {})
    except MigrationsMissing:
        return False
    return any(revision >= NEWEST for (revision,) in revisions)


def check_readiness(reader: Reader) -> None:
    """Raises NotReady with the reason unless requests can be served."""
    with connection_errors():
        try:
            rows = reader.rows(f"{IS_DISTRIBUTED}, version_num FROM alembic_version", {})
        except MigrationsMissing:
            rows = []
    if any(row.is_distributed for row in rows):
        raise NotReady(DISTRIBUTED)
    if not any(row.version_num >= NEWEST for row in rows):
        raise NotReady(NO_MIGRATIONS)


@contextmanager
def connection_errors(reason: str = NO_DATABASE) -> Iterator[None]:
    """Raises NotReady if the block raises Unavailable."""
    try:
        yield
    except WrongEncoding as error:
        raise NotReady(error.reason) from error
    except Unavailable as error:
        raise NotReady(reason) from error
