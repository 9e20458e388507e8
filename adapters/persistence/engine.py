"""The connections to PostgreSQL."""

import select
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext

from adapters.persistence.faults import READ_ONLY_SERVER, sqlstate
from adapters.persistence.waits import Waits
from adapters.persistence.watchdog import Watchdog, WatchedConnection, WatchedCursor

# How much longer than its own bound a server may take to say that a statement was too slow.
GRACE_S = 0.25


def make_engine(url: URL, pool_size: int, waits: Waits = Waits()) -> Engine:  # noqa: B008  # frozen
    """Connections for one process; `pool_size` is best the number of its threads.

    Of the hosts that the URL names the one that takes writes is used.
    """
    writable = {"target_session_attrs": url.query.get("target_session_attrs", "read-write")}
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=waits.pool,
        pool_pre_ping=True,
        use_native_hstore=False,  # it would ask each new connection for its types
        connect_args=_session(waits) | _watched(waits) | writable,
    )
    engine.dialect.do_ping = is_usable  # type: ignore[assignment,method-assign]
    event.listen(engine, "handle_error", _leave_read_only_server)
    return engine


def _session(waits: Waits) -> dict[str, Any]:
    options = {
        "timezone": "UTC",
        "default_transaction_isolation": r"read\ committed",
        # So that a notice at a commit is a warning about it.
        "client_min_messages": "warning",
        "lock_timeout": f"{waits.lock * 1000:.0f}",
        "statement_timeout": f"{waits.statement * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{waits.idle_in_transaction * 1000:.0f}",
    }
    return {
        "connect_timeout": waits.connect,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }


def _watched(waits: Waits) -> dict[str, Any]:
    if not waits.statement:
        return {}
    watchdog = Watchdog(waits.statement + GRACE_S)

    def connect(dsn: str, **others: Any) -> WatchedConnection:
        connection = WatchedConnection(dsn, **others)
        connection.watchdog = watchdog
        return connection

    return {"connection_factory": connect, "cursor_factory": WatchedCursor}


def is_usable(connection: Any) -> bool:
    """Whether an idle connection still leads to a server that takes writes; asks nobody.

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


def _leave_read_only_server(context: ExceptionContext) -> None:
    """A primary that was demoted keeps its connections: throw all of the pool's away."""
    if sqlstate(context.original_exception) == READ_ONLY_SERVER:
        context.is_disconnect = True
