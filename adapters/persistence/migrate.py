"""Bringing a database's schema to where this code expects it."""

from contextlib import AbstractContextManager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from adapters.persistence.faults import naming_faults

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every instance takes the same.
ADVISORY_LOCK = 7_685_337_001


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to the revision in one transaction; instances that start together take turns.

    Raises Unavailable.
    """
    with naming_faults(), _transaction(engine) as connection:
        # Waiting for another instance's migration is not a fault.
        connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to the revision ("base": all), data included."""
    with naming_faults(), _transaction(engine) as connection:
        command.downgrade(_config(connection), revision)


def known_revisions() -> frozenset[str]:
    """All that this code can migrate from."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


def _transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """One for all migrations, on an engine in autocommit, too."""
    return engine.execution_options(isolation_level="READ COMMITTED").begin()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
