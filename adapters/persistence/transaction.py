"""Transactions in as few round trips as their reads need."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2

from adapters.persistence.driver import DriverConnection, Row
from adapters.persistence.faults import is_silent_on_outcome
from application.errors import OutcomeUnknown, Unavailable

BEGIN, COMMIT = b"BEGIN ISOLATION LEVEL READ COMMITTED;", b"COMMIT"
# More writes than this do not wait for each other: what is sent at once has one deadline.
MOST_WAITING = 8


class Transaction:
    """BEGIN goes with the first statement; writes go with the next read, or with the COMMIT."""

    def __init__(self, connection: DriverConnection) -> None:
        self._connection = connection
        self._begin = BEGIN + connection.set_local.encode()
        self._is_begun = False
        self._writes: list[bytes] = []

    def rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a statement answers, after all that was written before."""
        return self._connection.rows(self._message(self._connection.filled_in(sql, values)))

    def write(self, sql: str, values: Mapping[str, Any]) -> None:
        """Mostly nothing is sent yet: what PostgreSQL refuses of it is raised later."""
        self._writes.append(self._connection.filled_in(sql, values))
        if len(self._writes) > MOST_WAITING:
            self._connection.execute(self._message())

    def commit(self) -> None:
        """Raises Unavailable if surely nothing was committed, OutcomeUnknown if that is unsure."""
        if not self._is_begun and not self._writes:
            return
        if self._connection.is_disconnected():
            raise Unavailable  # nothing was sent
        notices = self._connection.notices
        notices.clear()
        try:
            done = self._connection.execute(self._message(COMMIT))
        except psycopg2.Error as error:
            # A server that refuses goes on talking. One that ends the connection may do so after
            # the commit, while it waits for its standby.
            if self._connection.is_lost or is_silent_on_outcome(error):
                raise OutcomeUnknown from error
            raise
        self._is_begun = False
        if done != COMMIT.decode():
            raise RuntimeError("An error before was passed over: all was rolled back.")
        if notices:
            # Whoever cancels the wait for a synchronous standby turns it into a success with a
            # warning: committed here, and perhaps nowhere else (PostgreSQL's SyncRepWaitForLSN).
            raise OutcomeUnknown

    def _message(self, *last: bytes) -> bytes:
        begin = b"" if self._is_begun else self._begin
        message = begin + b";".join([*self._writes, *last])
        self._is_begun = True
        self._writes.clear()
        return message
