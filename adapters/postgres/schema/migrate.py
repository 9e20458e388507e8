"""Run migrations."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from logging import getLogger
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from adapters.postgres.errors import translate_error, translated_errors
from adapters.postgres.schema.event_terms import outdated_batches, update_terms
from adapters.postgres.schema.online_ddl import SHORT_LOCK_TIMEOUT
from adapters.postgres.schema.version import NEWEST
from adapters.postgres.timeouts import MIGRATION_LOCK_TIMEOUT_S, LocksHeld
from application.errors import Contended

MIGRATIONS = Path(__file__).parent / "migrations"
# An arbitrary number, the same for all instances. Release 0.1.0 uses another one: it waits for its
# lock inside a transaction, and a concurrent index build would wait for that transaction.
ADVISORY_LOCK = 7_685_337_002
TRY_LOCK = text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})")
POLL_S = 0.1
# If this host is lost, keepalives release its lock after about a minute instead of hours.
SESSION_SETTINGS = text("""
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3
""")
MAX_PAUSE_S = 5

LOG = getLogger(__name__)
T = TypeVar("T")


def migrate(
    engine: Engine, revision: str = "head", timeout_s: float = MIGRATION_LOCK_TIMEOUT_S
) -> None:
    """Upgrade to `revision`, one transaction per migration, and update search terms.

    Concurrent runs take turns. After an interruption, run it again to continue. Does nothing if a
    newer release migrated the database. Raises Unavailable, or LocksHeld if a lock is not available
    within `timeout_s`.
    """
    with translated_errors(), migration_lock(engine) as connection:
        if _is_newer(connection):
            LOG.warning("A newer release migrated this database: nothing to do.")
            return
        retry_on_contention(
            connection, timeout_s, lambda: command.upgrade(_config(connection), revision)
        )
        if revision in ("head", NEWEST):
            for batch in outdated_batches(connection):
                retry_on_contention(connection, timeout_s, partial(update_terms, connection, batch))


def downgrade(engine: Engine, revision: str, timeout_s: float = MIGRATION_LOCK_TIMEOUT_S) -> None:
    """Undo migrations down to `revision` ("base" for all), with their data. Raises like migrate."""
    with translated_errors(), migration_lock(engine) as connection:
        retry_on_contention(
            connection, timeout_s, lambda: command.downgrade(_config(connection), revision)
        )


def known_revisions() -> frozenset[str]:
    """All revisions that this version can migrate from."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


@contextmanager
def migration_lock(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the advisory lock. Closing it at the end releases the lock.

    Polls: a statement that waits for the lock would hold a snapshot, for which a concurrent index
    build would wait.
    """
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(SESSION_SETTINGS)
        if not connection.execute(TRY_LOCK).scalar_one():
            LOG.warning("Another instance is migrating this database: waiting for it.")
            while not connection.execute(TRY_LOCK).scalar_one():
                time.sleep(POLL_S)
        connection.rollback()  # ends SQLAlchemy's transaction; the server has none
        connection.execution_options(isolation_level="READ COMMITTED")
        try:
            yield connection
        finally:
            connection.invalidate()


def retry_on_contention(connection: Connection, timeout_s: float, run: Callable[[], T]) -> T:
    """Retry from the transaction that failed on a lock timeout or a deadlock. Raises LocksHeld."""

    def attempt() -> T:
        connection.rollback()
        connection.execute(SHORT_LOCK_TIMEOUT)
        connection.commit()
        with _raising_first_error():
            return run()

    retrying = Retrying(
        retry=retry_if_exception(_is_contended),
        wait=wait_random_exponential(max=MAX_PAUSE_S),
        stop=stop_after_delay(timeout_s),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except DBAPIError as error:
        if _is_contended(error):
            raise LocksHeld(timeout_s) from error
        raise


@contextmanager
def _raising_first_error() -> Iterator[None]:
    """Alembic's cleanup fails on a lost connection, and its error hides the first one."""
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
    # Not a path: Config would interpolate `%`.
    config.set_main_option("script_location", f"{__package__}:{MIGRATIONS.name}")
    config.attributes["connection"] = connection
    return config
