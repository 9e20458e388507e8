"""The connections to PostgreSQL."""

import select
from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from adapters.persistence.values import read_values_fast
from adapters.persistence.waits import Waits
from adapters.persistence.watchdog import Watchdog, WatchedConnection, WatchedCursor

# How much longer than its own bound a server may take to say that a statement was too slow.
GRACE_S = 0.25


def make_engine(
    url: URL,
    pool_size: int,
    waits: Waits = Waits(),  # noqa: B008  # frozen
    *,
    is_autocommit: bool = False,
) -> Engine:
    """Connections for one process; `pool_size` is best the number of its threads.

    Of the hosts that the URL names the one that takes writes is used. With `is_autocommit` nothing
    begins a transaction but who says BEGIN.
    """
    writable = {"target_session_attrs": url.query.get("target_session_attrs", "read-write")}
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=waits.pool,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT" if is_autocommit else None,
        pool_reset_on_return=None if is_autocommit else "rollback",
        use_native_hstore=False,  # it would ask each new connection for its types
        connect_args=_session(waits) | _watched(waits) | writable,
    )
    engine.dialect.do_ping = is_idle_and_usable  # type: ignore[assignment,method-assign]
    event.listen(engine, "connect", read_values_fast)
    return engine


def _session(waits: Waits) -> dict[str, Any]:
    options = {
        "timezone": "UTC",
        "default_transaction_isolation": r"read\ committed",
        # So that a notice at a commit is a warning about it.
        "client_min_messages": "warning",
        # Compiling takes longer than any statement of ours, and goes by a plan's cost, in which
        # ways count that are not taken.
        "jit": "off",
        "lock_timeout": f"{waits.lock * 1000:.0f}",
        "statement_timeout": f"{waits.statement * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{waits.idle_in_transaction * 1000:.0f}",
    }
    return {
        "connect_timeout": waits.connect,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }


def _watched(waits: Waits) -> dict[str, Any]:
    watchdog = Watchdog(waits.statement, GRACE_S) if waits.statement else None

    def connect(dsn: str, **others: Any) -> WatchedConnection:
        connection = WatchedConnection(dsn, **others)
        connection.watchdog = watchdog
        return connection

    return {"connection_factory": connect, "cursor_factory": WatchedCursor}


def is_idle_and_usable(connection: Any) -> bool:
    """Whether it can be lent: nobody left a transaction open on it."""
    return connection.get_transaction_status() == TRANSACTION_STATUS_IDLE and is_usable(connection)


def is_usable(connection: Any) -> bool:
    """Whether a connection still leads to a server that takes writes; asks nobody.

    A live server says nothing that was not asked for: something to read is a farewell. It reports
    by itself when it becomes read-only (PostgreSQL manual, message flow: asynchronous operations).
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    status = connection.info.parameter_status
    return not poll.poll(0) and "on" not in (
        status("in_hot_standby"),
        status("default_transaction_read_only"),
    )
