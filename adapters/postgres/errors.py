"""Translation of driver errors to application errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg2
from psycopg2.errors import NotNullViolation
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from application.errors import Contended, Unavailable
from domain.accounts.errors import AccountDeleted, SessionEnded

READ_ONLY_SERVER = "25006"  # SQLSTATE read_only_sql_transaction
OUTAGES = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    psycopg2.InternalError,
    PoolTimeout,
)


class MigrationsMissing(Unavailable):
    """A table, column or function is missing: this version's migrations have not been run."""


class WrongDatabaseType(Unavailable):
    """The statement is for a database that is distributed by Citus, or for one that is not."""


class WrongEncoding(Unavailable):
    """The database does not use UTF-8. `reason` is one line that says what to do."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.reason = (
            f"The encoding of the database is {encoding}, not UTF8. Create a new one, for example "
            "with CREATE DATABASE turnout TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )


# PostgreSQL manual, appendix A.
BY_SQLSTATE: Mapping[str | None, type[Exception]] = {
    "40001": Contended,  # serialization failure
    "40P01": Contended,  # deadlock
    "55P03": Contended,  # lock timeout
    "23503": Contended,  # foreign key violation: the row was deleted after it was read
    "42P01": MigrationsMissing,  # undefined table
    "42703": MigrationsMissing,  # undefined column
    "42883": MigrationsMissing,  # undefined function
    "0A000": WrongDatabaseType,  # feature not supported
    "42P10": WrongDatabaseType,  # invalid column reference: no such unique index
    "22004": WrongDatabaseType,  # null value not allowed: no distribution column
    "TO001": SessionEnded,  # raised by require_live_session, of migration 0006
}


def sqlstate(error: object) -> str | None:
    """The SQLSTATE of a driver error; None if the server did not send it."""
    return getattr(error, "pgcode", None)


def is_outcome_unknown(error: object) -> bool:
    """Whether, after an error at COMMIT, the transaction may have been committed.

    True if the server did not respond, if a pooler or Citus lost its server (class 08) or that was
    shut down (57P01 to 57P03), or if the server says so (40003, statement completion unknown).
    """
    code = sqlstate(error)
    return code is None or code.startswith(("08", "57P0")) or code == "40003"


# Columns filled by looking up the account: NULL if it is deleted.
ACCOUNT_COLUMNS = (
    ("events", "creator_id"),
    ("attendances", "user_id"),
    ("waitlist_entries", "user_id"),
)


def translate_error(error: BaseException | None, *, is_lost: bool = False) -> Exception | None:
    """The application error for a driver error; None for bugs and other errors.

    psycopg2 reports lost connections, lock and statement timeouts, deadlocks and serialization
    failures as OperationalError, a read-only server as InternalError, and a connection that is lost
    during a statement (`is_lost`) as a plain DatabaseError.
    """
    if isinstance(error, DBAPIError):  # SQLAlchemy's wrapper of the driver error
        return translate_error(error.orig, is_lost=error.connection_invalidated)
    if translated := BY_SQLSTATE.get(sqlstate(error)):
        return translated()
    if isinstance(error, NotNullViolation):
        is_account = (error.diag.table_name, error.diag.column_name) in ACCOUNT_COLUMNS
        return AccountDeleted() if is_account else None
    if isinstance(error, OUTAGES) or (is_lost and isinstance(error, psycopg2.Error)):
        return Unavailable()
    return None


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate errors that SQLAlchemy raises in the block."""
    try:
        yield
    except SQLAlchemyError as error:
        if translated := translate_error(error):
            raise translated from error
        raise
