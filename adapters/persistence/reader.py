"""Reads that stand alone, run by the driver itself: decision 11 tells what that spares."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2
from sqlalchemy import Engine, Select, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from adapters.persistence.faults import naming_faults

DIALECT = make_url("postgresql+psycopg2://").get_dialect()()
Row = tuple[Any, ...]


def as_sql(statement: Select[Any]) -> str:
    """The statement as the driver takes it, its values open: all are named parameters."""
    return str(statement.compile(dialect=DIALECT))


class Reader:
    """Takes a connection of the engine's pool for each statement, and begins no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """Raises Unavailable."""
        connection: PoolProxiedConnection | None = None
        with naming_faults():
            try:
                connection = self._engine.raw_connection()
                return _rows(connection.dbapi_connection, sql, values)
            except psycopg2.Error as error:
                is_lost = self._engine.dialect.is_disconnect(error, connection, None)
                if connection and is_lost:
                    connection.invalidate(error)
                # As SQLAlchemy itself would raise it: what it means is told in one place.
                raise DBAPIError.instance(
                    sql,
                    dict(values),
                    error,
                    psycopg2.Error,
                    connection_invalidated=is_lost,
                    dialect=self._engine.dialect,
                ) from error
            finally:
                if connection:
                    connection.close()


def _rows(driver: Any, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
    driver.autocommit = True  # the driver's own switch: it sends nothing
    try:
        with driver.cursor() as cursor:
            cursor.execute(sql, values)
            rows: Sequence[Row] = cursor.fetchall()
            return rows
    finally:
        if not driver.closed:
            driver.autocommit = False
