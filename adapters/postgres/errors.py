"""What errors of the driver mean to use cases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg2
from psycopg2.errors import NotNullViolation
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from application.errors import Contended, Unavailable
from domain.accounts.errors import AccountDeleted, SessionEnded

READ_ONLY_SERVER = "25006"
OUTAGES = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    psycopg2.InternalError,
    PoolTimeout,
)


class MigrationsMissing(Unavailable):
    """A table, column or function is missing: the migrations of this version were not run."""


# PostgreSQL manual, appendix A.
BY_SQLSTATE: Mapping[str | None, type[Exception]] = {
    "40001": Contended,  # serialization failure
    "40P01": Contended,  # deadlock
    "55P03": Contended,  # lock timeout
    "42P01": MigrationsMissing,  # undefined table
    "42703": MigrationsMissing,  # undefined column
    "42883": MigrationsMissing,  # undefined function
    "TO001": SessionEnded,  # raised by require_live_session, of migration 0006
}


def sqlstate(error: object) -> str | None:
    """PostgreSQL's code of a driver's error; None where the server itself did not answer."""
    return getattr(error, "pgcode", None)


def is_outcome_unknown(error: object) -> bool:
    """Whether an error at a COMMIT leaves open if it was done.

    Where nobody answered; where a pooler lost its server and goes on talking for it (class 08); and
    where the server itself says so (40003, statement completion unknown).
    """
    code = sqlstate(error)
    return code is None or code.startswith("08") or code == "40003"


# Columns that get the id of an account from a lookup: NULL where it was deleted.
ACCOUNTS = (("events", "creator_id"), ("attendances", "user_id"))


def translate_error(error: BaseException | None, *, is_lost: bool = False) -> Exception | None:
    """What an error of the driver means to a use case; None for defects and for other errors.

    psycopg2 reports lost connections, lock and statement timeouts, deadlocks and serialization
    failures as OperationalError, a read-only server as InternalError, and a connection that is lost
    in the middle of a statement (`is_lost`) as a bare DatabaseError.
    """
    if isinstance(error, DBAPIError):  # SQLAlchemy's, around the driver's own
        return translate_error(error.orig, is_lost=error.connection_invalidated)
    if translated := BY_SQLSTATE.get(sqlstate(error)):
        return translated()
    if isinstance(error, NotNullViolation):
        is_account = (error.diag.table_name, error.diag.column_name) in ACCOUNTS
        return AccountDeleted() if is_account else None
    if isinstance(error, OUTAGES) or (is_lost and isinstance(error, psycopg2.Error)):
        return Unavailable()
    return None


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Unavailable, or Contended, for a fault that SQLAlchemy reports."""
    try:
        yield
    except SQLAlchemyError as error:
        if translated := translate_error(error):
            raise translated from error
        raise
