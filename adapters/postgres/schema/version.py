"""Check whether the database has the schema that this version needs."""

from pathlib import Path

from adapters.postgres.errors import MigrationsMissing, WrongEncoding
from adapters.postgres.reader import Reader
from application.errors import NotReady, Unavailable

# The newest migration. Revisions are numbers that sort as text, and their files begin with them.
VERSIONS = Path(__file__).parent / "migrations" / "versions"
NEWEST = max(path.name.partition("_")[0] for path in VERSIONS.glob("*_*.py"))
NO_DATABASE = "The database does not respond."
NO_MIGRATIONS = "The database is missing migrations of this version."


def has_all_migrations(reader: Reader) -> bool:
    """Newer revisions count, too: releases add before they remove. Raises Unavailable."""
    try:
        revisions = reader.rows("SELECT version_num FROM alembic_version", {})
    except MigrationsMissing:
        return False
    return any(revision >= NEWEST for (revision,) in revisions)


def check_readiness(reader: Reader) -> None:
    """Raises NotReady with the reason unless requests can be served."""
    try:
        is_current = has_all_migrations(reader)
    except WrongEncoding as error:
        raise NotReady(error.reason) from error
    except Unavailable as error:
        raise NotReady(NO_DATABASE) from error
    if not is_current:
        raise NotReady(NO_MIGRATIONS)
