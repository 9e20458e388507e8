"""The driver's connections, lent from the engine's pool (docs/adr/0003-driver-execution.md)."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INERROR
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres.engine import is_usable
from adapters.postgres.errors import READ_ONLY_SERVER, sqlstate, translate_error

Row: TypeAlias = Any  # a named tuple of the statement's columns


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns, rename=True)


class DriverConnection:
    """Checks a connection out of the pool for a `with` block. The engine must be in autocommit.

    Rolls back a transaction that is still open at the end. Translates driver errors to Unavailable,
    Contended, SessionEnded or AccountDeleted.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = engine.pool
        options = engine.get_execution_options()
        # Precede each single statement, and the first of each transaction.
        self.set_local: str = options["set_local"]
        self.after_begin: str = options["after_begin"]
        self.is_lost = False

    def __enter__(self) -> Self:
        try:
            self._pooled = self._engine.raw_connection()
        except (psycopg2.Error, SQLAlchemyError) as error:
            if translated := translate_error(error):
                raise translated from error
            raise
        self._driver = cast(Any, self._pooled.driver_connection)
        if not self._driver.autocommit:
            self._pooled.close()
            raise RuntimeError("The engine must be in autocommit, or psycopg2 sends BEGIN, too.")
        self._cursor = self._driver.cursor()
        return self

    @property
    def notices(self) -> list[str]:
        """Notices and warnings from the server."""
        notices: list[str] = self._driver.notices
        return notices

    def is_disconnected(self) -> bool:
        """Whether the server closed the connection or became read-only. Sends nothing."""
        self.is_lost = self.is_lost or not is_usable(self._driver)
        return self.is_lost

    def is_aborted(self) -> bool:
        """Whether a statement of the open transaction failed, so that it cannot be committed."""
        return bool(self._driver.get_transaction_status() == TRANSACTION_STATUS_INERROR)

    def rows(self, sql: str | bytes, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run one or several statements; returns the rows of the last one."""
        self.execute(sql, values)
        row_type = _row_type(tuple([column.name for column in self._cursor.description]))
        return list(map(row_type._make, self._cursor.fetchall()))

    def execute(self, sql: str | bytes, values: Mapping[str, Any] | None = None) -> str:
        """Run one or several statements in one round trip; returns the last command tag."""
        try:
            self._cursor.execute(sql, values)
        except psycopg2.Error as error:
            self.is_lost = self._engine.dialect.is_disconnect(error, self._driver, None)
            raise
        command_tag: str = self._cursor.statusmessage
        return command_tag

    def mogrify(self, sql: str, values: Mapping[str, Any]) -> bytes:
        """The statement with its values quoted and inserted."""
        text: bytes = self._cursor.mogrify(sql, values)
        return text

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        translated = translate_error(error, is_lost=self.is_lost)
        try:
            self._roll_back()
        finally:
            if self.is_lost or self._driver.closed:
                self._pooled.invalidate(error)
            self._pooled.close()
        if sqlstate(error) == READ_ONLY_SERVER and self._engine.pool is self._pool:
            # The primary was demoted, which closes no connections: discard the whole pool.
            self._engine.dispose()
        if translated:
            raise translated from error

    def _roll_back(self) -> None:
        if self.is_lost or self._driver.get_transaction_status() == TRANSACTION_STATUS_IDLE:
            return
        try:
            self.execute("ROLLBACK")
        except psycopg2.Error:
            # Nothing was committed; the first error is the one to report.
            self.is_lost = True
