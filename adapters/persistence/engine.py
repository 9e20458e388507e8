"""The connections to PostgreSQL, and the names of their faults."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from application.errors import Unavailable

CONNECT_TIMEOUT_S = 2
POOL_TIMEOUT_S = 2
# A statement that waits longer than this for a lock or for its end gives its connection back.
SESSION_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=10s"
    r" -c default_transaction_isolation=read\ committed"
)


def make_engine(url: URL, pool_size: int) -> Engine:
    """Connections for one process; `pool_size` is best the number of its threads."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": SESSION_OPTIONS},
    )


def is_outage(error: BaseException | None) -> bool:
    """Whether the connection, the server or the moment is at fault, and not the values sent.

    psycopg2 reports lost connections, lock and statement timeouts, deadlocks and serialization
    failures as OperationalError, a read-only server as InternalError, and a connection that is
    lost in the middle of a statement as a bare DatabaseError.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeout)


@contextmanager
def naming_outages() -> Iterator[None]:
    """Raise Unavailable for an outage."""
    try:
        yield
    except SQLAlchemyError as error:
        if is_outage(error):
            raise Unavailable from error
        raise
