"""What every session of PostgreSQL must be set to, and whether it is."""

import logging
from collections.abc import Mapping
from typing import Any

from adapters.persistence.waits import Waits
from application.errors import Unavailable

logger = logging.getLogger("turnout.database")

SHOWN = "SELECT name, setting FROM pg_settings WHERE name = ANY(%(names)s)"
UTC = ("UTC", "Etc/UTC")  # a pooler may hand on the one where the other was set


class Unbounded(Unavailable):
    """Sessions of the database are not set as they must be: `lacking` tells each difference."""

    def __init__(self, lacking: tuple[str, ...]) -> None:
        super().__init__()
        self.lacking = lacking


def session_settings(waits: Waits) -> dict[str, str]:
    """By the names and in the units of the view pg_settings."""
    return {
        "TimeZone": "UTC",
        "default_transaction_isolation": "read committed",
        # So that a notice at a commit is a warning about it.
        "client_min_messages": "warning",
        # Compiling takes longer than any statement of ours, and goes by a plan's cost, in which
        # ways count that are not taken.
        "jit": "off",
        "lock_timeout": f"{waits.lock * 1000:.0f}",
        "statement_timeout": f"{waits.statement * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{waits.idle_in_transaction * 1000:.0f}",
    }


def as_startup_options(settings: Mapping[str, str]) -> str:
    """For a connection that leads to PostgreSQL itself."""
    escaped = {name: value.replace(" ", r"\ ") for name, value in settings.items()}
    return " ".join(f"-c {name}={value}" for name, value in escaped.items())


def differences(shown: Mapping[str, str], settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{name} is {shown.get(name)}, not {value}"
        for name, value in settings.items()
        if shown.get(name) not in (UTC if value == "UTC" else (value,))
    )


def require_bounds(connection: Any, settings: Mapping[str, str]) -> None:
    """Ask a new connection of the driver's. Raises Unbounded, and ends the connection.

    What a pooler ignores, or a server was never told, would else show when something hangs.
    """
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, {"names": list(settings)})
        lacking = differences(dict(cursor.fetchall()), settings)
    if not connection.autocommit:
        connection.rollback()
    if lacking:
        connection.close()
        logger.error("sessions_unbounded", extra={"lacking": lacking})
        raise Unbounded(lacking)
