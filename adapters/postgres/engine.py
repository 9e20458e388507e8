"""The SQLAlchemy engine: connection pool, session settings, failover."""

import select
from functools import partial
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, set_wait_callback
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from adapters.postgres.errors import WrongEncoding
from adapters.postgres.timeouts import DeadlineConnection, Timeouts, wait
from adapters.postgres.typecasters import register_typecasters

# Seconds that a server may take to respond in addition to statement_timeout.
GRACE_S = 0.25
# Keep the values of failed statements, which psycopg2 puts into the SQL, out of the server's log.
# Roles other than superusers need a grant for this (docs/operations.md).
QUIET_LOG = """
    SELECT set_config(name, value, false)
    FROM (VALUES ('log_min_error_statement', 'panic'), ('log_error_verbosity', 'terse'))
        AS settings (name, value)
    WHERE has_parameter_privilege(name, 'SET')
"""


def make_engine(
    url: URL,
    pool_size: int,
    timeouts: Timeouts = Timeouts(),  # noqa: B008  # frozen
    *,
    is_autocommit: bool = False,
    is_pooled: bool = False,
    is_citus: bool = False,
    is_any_encoding: bool = False,
) -> Engine:
    """Create the engine of a process; `pool_size` should be its number of threads.

    If the URL names several hosts, the one that accepts writes is used. With `is_autocommit`,
    transactions need an explicit BEGIN. With `is_pooled`, the URL leads to a pooler in transaction
    mode: settings cannot be made per session, so each transaction and each single statement begins
    with the engine's execution option `set_local`. With `is_citus`, the URL leads to the
    coordinator: each transaction also sets `lock_timeout` on the workers. Connecting raises
    WrongEncoding unless the database uses UTF-8 or `is_any_encoding`.
    """
    set_wait_callback(wait)
    settings = _settings(timeouts)
    set_local = _set_local(settings) if is_pooled else ""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeouts.pool,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT" if is_autocommit else None,
        pool_reset_on_return=None if is_autocommit else "rollback",
        use_native_hstore=False,  # saves a query on each new connection
        execution_options={
            "set_local": set_local,
            "after_begin": set_local + (_set_on_workers(settings) if is_citus else ""),
        },
        connect_args={
            "connection_factory": partial(
                DeadlineConnection,
                connect_s=timeouts.connect,
                response_s=timeouts.statement + GRACE_S if timeouts.statement else None,
            ),
            # Overrides the environment and the role.
            "client_encoding": "UTF8",
            "target_session_attrs": url.query.get("target_session_attrs", "read-write"),
        }
        | ({} if is_pooled else {"options": _startup_options(settings)}),
    )
    engine.dialect.do_ping = is_idle_and_usable  # type: ignore[assignment,method-assign]
    event.listen(engine, "do_connect", _connect_to_first)
    event.listen(engine, "connect", register_typecasters)
    if not is_any_encoding:
        event.listen(engine, "connect", _require_utf8)
    if not is_pooled:
        event.listen(engine, "connect", _quiet_log)
    return engine


def _settings(timeouts: Timeouts) -> dict[str, str]:
    return {
        "TimeZone": "UTC",
        # Any notice at a COMMIT is then a warning.
        "client_min_messages": "warning",
        # Compiling takes longer than any of our statements. It depends on the estimated cost of
        # the plan, which includes branches that are not executed.
        "jit": "off",
        "log_parameter_max_length_on_error": "0",
        # The default of 4 is for disks that seek. With it, a search for a word in 1 of 100 events
        # reads the whole table.
        "random_page_cost": "2",
        "lock_timeout": f"{timeouts.lock * 1000:.0f}",
        "statement_timeout": f"{timeouts.statement * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{timeouts.idle_in_transaction * 1000:.0f}",
    }


def _startup_options(settings: dict[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _set_local(settings: dict[str, str]) -> str:
    return "".join(f"SET LOCAL {name} = '{value}';" for name, value in settings.items())


def _set_on_workers(settings: dict[str, str]) -> str:
    """A lock is waited for on a worker, where `lock_timeout` is 0 by default.

    Citus sends the text of the whole message to the workers, not only the SET. That of a statement
    in a block is the statement.
    """
    sent = _set_local(
        {"citus.propagate_set_commands": "local", "lock_timeout": settings["lock_timeout"]}
    )
    return f"DO $$ BEGIN {sent} END $$;"


def _quiet_log(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(QUIET_LOG)
    if not connection.autocommit:
        connection.commit()


def _connect_to_first(
    dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]
) -> Any:
    """Connect to the first usable host. With a single host, None lets SQLAlchemy connect.

    With a wait callback, libpq does not try the next host after a timeout.
    """
    hosts = parameters.get("host", "").split(",")
    if len(hosts) == 1:
        return None
    failures = []
    for host, port in zip(hosts, parameters["port"].split(","), strict=True):
        try:
            return dialect.connect(*arguments, **parameters | {"host": host, "port": port})
        except psycopg2.OperationalError as error:
            failures.append(str(error))
    raise psycopg2.OperationalError("".join(failures))


def _require_utf8(connection: Any, _record: Any) -> None:
    """Raises WrongEncoding. Sends no query: the server reports its encoding on connect."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise WrongEncoding(encoding)


def is_idle_and_usable(connection: Any) -> bool:
    """SQLAlchemy's pre-ping. False also if a transaction was left open."""
    return connection.get_transaction_status() == TRANSACTION_STATUS_IDLE and is_usable(connection)


def is_usable(connection: Any) -> bool:
    """Whether the server is connected and accepts writes. Sends nothing.

    Unread data means that the server is closing the connection. It reports by itself when it
    becomes read-only (PostgreSQL manual, message flow: asynchronous operations).
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    status = connection.info.parameter_status
    return not poll.poll(0) and "on" not in (
        status("in_hot_standby"),
        status("default_transaction_read_only"),
    )
