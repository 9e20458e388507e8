"""The errors of the driver, by what they mean for a request: the one place that tells."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from application.errors import Contended, OutcomeUnknown, Unavailable

# Serialization failure, deadlock, lock timeout (PostgreSQL manual, appendix A).
CONTENTION = ("40001", "40P01", "55P03")
READ_ONLY_SERVER = "25006"


def sqlstate(error: object) -> str | None:
    """PostgreSQL's code of a driver's error; None where the server itself did not answer."""
    return getattr(error, "pgcode", None)


def fault_of(error: BaseException | None) -> Unavailable | None:
    """What to tell when the connection, the server or the moment is at fault.

    None when the values sent are, or the code. psycopg2 reports lost connections, lock and
    statement timeouts, deadlocks and serialization failures as OperationalError, a read-only
    server as InternalError, and a connection that is lost in the middle of a statement as a bare
    DatabaseError.
    """
    if isinstance(error, DBAPIError):
        if sqlstate(error.orig) in CONTENTION:
            return Contended()
        if error.connection_invalidated:
            return Unavailable()
    if isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeout):
        return Unavailable()
    return None


@contextmanager
def naming_faults() -> Iterator[None]:
    """Raise Unavailable, or Contended, for a fault."""
    try:
        yield
    except SQLAlchemyError as error:
        if fault := fault_of(error):
            raise fault from error
        raise


@contextmanager
def naming_commit_faults() -> Iterator[None]:
    """Raise OutcomeUnknown unless the server itself said that nothing was committed."""
    try:
        yield
    except DBAPIError as error:
        # A server that refuses goes on talking. One that ends the connection may do so after
        # the commit, while it waits for its standby.
        if error.connection_invalidated or sqlstate(error.orig) is None:
            raise OutcomeUnknown from error
        raise
