"""Transactions that need one round trip per read, plus the commit."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2

from adapters.postgres.connection import DriverConnection, Row
from adapters.postgres.errors import is_outcome_unknown
from adapters.postgres.live_sessions import session_check
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable

BEGIN, COMMIT = b"BEGIN ISOLATION LEVEL READ COMMITTED;", b"COMMIT"
# Writes per message at most: they share one response timeout.
MAX_PENDING_WRITES = 8


class Transaction:
    """Sends BEGIN with the first statement, and writes with the next read or the COMMIT.

    The first message checks the caller's session, as does every message that waits for a lock.
    """

    def __init__(self, connection: DriverConnection, caller: Caller | None = None) -> None:
        self._connection = connection
        self._begin = BEGIN + connection.after_begin.encode()
        check, values = session_check(caller)
        self._session_check = connection.mogrify(check, values) if check else b""
        self._is_begun = False
        self._writes: list[bytes] = []

    def rows(self, sql: str, values: Mapping[str, Any], lock: str = "") -> Sequence[Row]:
        """Send pending writes and the statement; returns its rows.

        `lock` is a statement that may wait for locks. `sql` then sees what was committed in the
        meantime (PostgreSQL manual, section 13.2.1).
        """
        mogrify = self._connection.mogrify
        locks = [mogrify(lock, values)] if lock else []
        return self._connection.rows(self._message(*locks, last=mogrify(sql, values)))

    def locked_rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """The rows of a statement that locks them."""
        # Again after the session check, to see what was committed before the locks were granted.
        return self.rows(sql, values, lock=sql if self._session_check else "")

    def write(self, sql: str, values: Mapping[str, Any]) -> None:
        """Usually deferred: an error is raised by a later call."""
        self._writes.append(self._connection.mogrify(sql, values))
        if len(self._writes) > MAX_PENDING_WRITES:
            self._connection.execute(self._message(last=self._writes.pop()))

    def commit(self) -> None:
        """Raises Unavailable if nothing was committed, OutcomeUnknown if that is not known."""
        if not self._is_begun and not self._writes:
            return
        with self._commit_errors():
            command_tag = self._connection.execute(self._message(last=COMMIT))
        self._is_begun = False
        if command_tag != COMMIT.decode():
            raise RuntimeError("An earlier error was ignored: the transaction was rolled back.")

    def rows_and_commit(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """Execute and commit a statement that is the whole transaction, and return its rows.

        Raises the same errors as `commit`.
        """
        if self._is_begun or self._writes:
            raise RuntimeError("The transaction has other statements.")
        # Statements in one message are one transaction (PostgreSQL manual, section 54.2.2.1).
        message = self._connection.set_local.encode() + self._session_check
        with self._commit_errors():
            return self._connection.rows(message + self._connection.mogrify(sql, values))

    @contextmanager
    def _commit_errors(self) -> Iterator[None]:
        if self._connection.is_disconnected():
            raise Unavailable  # nothing was sent
        notices = self._connection.notices
        notices.clear()
        try:
            yield
        except psycopg2.Error as error:
            # A server that rejects the commit stays connected. One that closes the connection may
            # have committed already, and been waiting for its standby.
            is_unknown = self._connection.is_lost or is_outcome_unknown(error)
            # After an error of an earlier statement, COMMIT was not executed.
            if is_unknown and not self._connection.is_aborted():
                raise OutcomeUnknown from error
            raise
        if notices:
            # If the wait for a synchronous standby is cancelled, COMMIT succeeds with a warning:
            # committed here, but perhaps not on the standby (PostgreSQL's SyncRepWaitForLSN).
            raise OutcomeUnknown

    def _message(self, *locks: bytes, last: bytes) -> bytes:
        begin = b"" if self._is_begun else self._begin
        check = b"" if self._is_begun and not locks else self._session_check
        before = b"".join(statement + b";" for statement in (*self._writes, *locks))
        self._is_begun = True
        self._writes.clear()
        return begin + before + check + last
