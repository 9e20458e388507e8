"""The connections to PostgreSQL."""

import select
from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from adapters.persistence.session_bounds import (
    as_startup_options,
    require_bounds,
    session_settings,
)
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
    is_pooled: bool = False,
) -> Engine:
    """Connections for one process; `pool_size` is best the number of its threads.

    Of the hosts that the URL names the one that takes writes is used. With `is_autocommit` nothing
    begins a transaction but who says BEGIN. With `is_pooled` the URL leads to a pooler that lends
    sessions for a transaction each: the server must have set them (`role_settings`). Either way a
    connection whose session is without a bound is not used: Unbounded is raised.
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
        connect_args=_session(waits, is_pooled=is_pooled) | _watched(waits) | writable,
    )
    engine.dialect.do_ping = is_idle_and_usable  # type: ignore[assignment,method-assign]
    settings = session_settings(waits)
    event.listen(engine, "connect", lambda connection, _: require_bounds(connection, settings))
    return engine


def _session(waits: Waits, *, is_pooled: bool) -> dict[str, Any]:
    if is_pooled:
        return {"connect_timeout": waits.connect}
    options = as_startup_options(session_settings(waits))
    return {"connect_timeout": waits.connect, "options": options}


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
