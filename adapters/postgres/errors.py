"""The errors of the driver, by what they mean for a request: the one place that tells."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.errors import NotNullViolation, UndefinedColumn, UndefinedFunction, UndefinedTable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from application.errors import Contended, Unavailable
from domain.accounts.errors import InvalidToken, SessionEnded

# Serialization failure, deadlock, lock timeout (PostgreSQL manual, appendix A).
CONTENTION = ("40001", "40P01", "55P03")
READ_ONLY_SERVER = "25006"
# Of require_live_session, in migration 0006.
SESSION_ENDED = "TO001"
OUTAGES = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    psycopg2.InternalError,
    PoolTimeout,
)


class MigrationsMissing(Unavailable):
    """A table, column or function is missing: the migrations of this version were not run."""


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


def fault_of(error: BaseException | None, *, is_lost: bool = False) -> Unavailable | None:
    """What to tell when the connection, the server or the moment is at fault.

    None when the values sent are, or the code. psycopg2 reports lost connections, lock and
    statement timeouts, deadlocks and serialization failures as OperationalError, a read-only
    server as InternalError, and a connection that is lost in the middle of a statement (`is_lost`)
    as a bare DatabaseError.
    """
    if isinstance(error, DBAPIError):  # SQLAlchemy's, around the driver's own
        return fault_of(error.orig, is_lost=error.connection_invalidated)
    if sqlstate(error) in CONTENTION:
        return Contended()
    if isinstance(error, (UndefinedTable, UndefinedColumn, UndefinedFunction)):
        return MigrationsMissing()
    if isinstance(error, OUTAGES) or (is_lost and isinstance(error, psycopg2.Error)):
        return Unavailable()
    return None


# Columns for the id of an account: it is looked up, and NULL where the account is gone.
ACCOUNTS = (("events", "creator_id"), ("attendances", "user_id"))


def refusal_of(error: BaseException | None) -> InvalidToken | None:
    """What it means to the caller that PostgreSQL refused a statement; None for other errors."""
    if sqlstate(error) == SESSION_ENDED:
        return SessionEnded()
    if isinstance(error, NotNullViolation):
        refused = error.diag.table_name, error.diag.column_name
        return InvalidToken() if refused in ACCOUNTS else None
    return None


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Unavailable, or Contended, for a fault that SQLAlchemy reports."""
    try:
        yield
    except SQLAlchemyError as error:
        if fault := fault_of(error):
            raise fault from error
        raise
