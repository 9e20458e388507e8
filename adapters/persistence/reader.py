"""Reads that stand alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from adapters.persistence.driver import DriverConnection, Row


class Reader:
    """Takes a connection for each statement, and begins no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """Raises Unavailable."""
        with DriverConnection(self._engine) as connection:
            return connection.rows(connection.set_local + sql, values)
