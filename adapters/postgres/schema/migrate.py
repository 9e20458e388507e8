"""Bringing a database's schema to where this code expects it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from adapters.postgres.errors import translate_error, translated_errors
from adapters.postgres.schema.online_ddl import BRIEFLY
from adapters.postgres.schema.version import NEWEST
from adapters.postgres.timeouts import MIGRATION_LOCK_TIMEOUT_S, LocksHeld
from application.errors import Contended

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every instance takes the same. Release 0.1.0 had another: it waits
# for its lock within a transaction, which a concurrent build of an index would wait for in turn.
ADVISORY_LOCK = 7_685_337_002
TRY_LOCK = text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})")
POLL_S = 0.1
# Should this host be lost, the server lets its lock go after about a minute, not after hours.
LIVE = text("""
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3
""")
LONGEST_PAUSE_S = 5

LOG = getLogger(__name__)


def migrate(
    engine: Engine, revision: str = "head", patience_s: float = MIGRATION_LOCK_TIMEOUT_S
) -> None:
    """Upgrade to the revision, each migration in its own transaction; instances take turns.

    What breaks off is taken up by the next run. A schema that a newer release made is left alone.
    Raises Unavailable, or LocksHeld when a lock was not to be had for `patience_s` seconds.
    """
    with translated_errors(), _alone(engine) as connection:
        if _is_newer(connection):
            LOG.warning("A newer release migrated this database: nothing to do.")
            return
        _insist(connection, patience_s, lambda: command.upgrade(_config(connection), revision))


def downgrade(engine: Engine, revision: str, patience_s: float = MIGRATION_LOCK_TIMEOUT_S) -> None:
    """Undo migrations down to the revision ("base": all), data included. Raises as migrate does."""
    with translated_errors(), _alone(engine) as connection:
        _insist(connection, patience_s, lambda: command.downgrade(_config(connection), revision))


def known_revisions() -> frozenset[str]:
    """All that this code can migrate from."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """The connection of whoever may migrate; it is closed at the end, and the lock goes with it.

    It asks again and again: a statement that waits for the lock would hold a snapshot, for which
    the concurrent build of an index waits.
    """
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(LIVE)
        if not connection.execute(TRY_LOCK).scalar_one():
            LOG.warning("Another instance migrates this database: waiting for it.")
            while not connection.execute(TRY_LOCK).scalar_one():
                time.sleep(POLL_S)
        connection.rollback()  # SQLAlchemy's notion of a transaction; there is none
        connection.execution_options(isolation_level="READ COMMITTED")
        try:
            yield connection
        finally:
            connection.invalidate()


def _insist(connection: Connection, patience_s: float, act: Callable[[], None]) -> None:
    """Try again, from the migration that was in the way of others, or they of it."""

    def attempt() -> None:
        connection.rollback()
        connection.execute(BRIEFLY)
        connection.commit()
        with _telling_what_was_first():
            act()

    retrying = Retrying(
        retry=retry_if_exception(_is_contended),
        wait=wait_random_exponential(max=LONGEST_PAUSE_S),
        stop=stop_after_delay(patience_s),
        reraise=True,
    )
    try:
        retrying(attempt)
    except DBAPIError as error:
        if _is_contended(error):
            raise LocksHeld(patience_s) from error
        raise


@contextmanager
def _telling_what_was_first() -> Iterator[None]:
    """Alembic tidies up on a lost connection, too, and what that raises hides the loss."""
    try:
        yield
    except SQLAlchemyError as error:
        first: BaseException | None = error
        while first and not isinstance(first, DBAPIError):
            first = first.__context__
        raise first or error from None


def _is_contended(error: BaseException) -> bool:
    return isinstance(translate_error(error), Contended)


def _is_newer(connection: Connection) -> bool:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return revision is not None and revision > NEWEST


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
