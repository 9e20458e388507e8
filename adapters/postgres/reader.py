"""Reads outside of transactions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from adapters.postgres.connection import DriverConnection, Row
from adapters.postgres.live_sessions import session_check
from application.caller import Caller


class Reader:
    """Checks out a connection for each statement, and begins no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(
        self, sql: str, values: Mapping[str, Any], caller: Caller | None = None
    ) -> Sequence[Row]:
        """Raises Unavailable, or SessionEnded unless the caller's session is live."""
        check, check_values = session_check(caller)
        with DriverConnection(self._engine) as connection:
            return connection.rows(connection.set_local + check + sql, {**values, **check_values})
