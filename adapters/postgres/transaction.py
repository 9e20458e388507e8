"""Transactions in as few round trips as their reads need."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2

from adapters.postgres.connection import DriverConnection, Row
from adapters.postgres.errors import is_outcome_unknown
from adapters.postgres.live_sessions import session_check
from application.caller import Caller
from application.errors import OutcomeUnknown, Unavailable

BEGIN, COMMIT = b"BEGIN ISOLATION LEVEL READ COMMITTED;", b"COMMIT"
# More writes than this do not wait for each other: what is sent at once has one deadline.
MOST_WAITING = 8


class Transaction:
    """BEGIN goes with the first statement; writes go with the next read, or with the COMMIT.

    The first message checks the caller's session, and so does every one that waits for a lock.
    """

    def __init__(self, connection: DriverConnection, caller: Caller | None = None) -> None:
        self._connection = connection
        self._begin = BEGIN + connection.set_local.encode()
        check, values = session_check(caller)
        self._session_check = connection.mogrify(check, values) if check else b""
        self._is_begun = False
        self._writes: list[bytes] = []

    def rows(self, sql: str, values: Mapping[str, Any], lock: str = "") -> Sequence[Row]:
        """What a statement returns, after all that was written before.

        `lock` is a statement that may wait for locks. The statement after it sees what was
        committed meanwhile (PostgreSQL manual, section 13.2.1).
        """
        fill_in = self._connection.mogrify
        locks = [fill_in(lock, values)] if lock else []
        return self._connection.rows(self._message(*locks, last=fill_in(sql, values)))

    def locked_rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """What a statement returns that locks these rows."""
        # Once more after the check, to see what was committed before the locks were granted.
        return self.rows(sql, values, lock=sql if self._session_check else "")

    def write(self, sql: str, values: Mapping[str, Any]) -> None:
        """Mostly nothing is sent yet: what PostgreSQL refuses of it is raised later."""
        self._writes.append(self._connection.mogrify(sql, values))
        if len(self._writes) > MOST_WAITING:
            self._connection.execute(self._message(last=self._writes.pop()))

    def commit(self) -> None:
        """Raises Unavailable if surely nothing was committed, OutcomeUnknown if that is unsure."""
        if not self._is_begun and not self._writes:
            return
        if self._connection.is_disconnected():
            raise Unavailable  # nothing was sent
        notices = self._connection.notices
        notices.clear()
        try:
            done = self._connection.execute(self._message(last=COMMIT))
        except psycopg2.Error as error:
            # A server that refuses goes on talking. One that ends the connection may do so after
            # the commit, while it waits for its standby.
            if self._connection.is_lost or is_outcome_unknown(error):
                raise OutcomeUnknown from error
            raise
        self._is_begun = False
        if done != COMMIT.decode():
            raise RuntimeError("An error before was passed over: all was rolled back.")
        if notices:
            # Whoever cancels the wait for a synchronous standby turns it into a success with a
            # warning: committed here, and perhaps nowhere else (PostgreSQL's SyncRepWaitForLSN).
            raise OutcomeUnknown

    def _message(self, *locks: bytes, last: bytes) -> bytes:
        begin = b"" if self._is_begun else self._begin
        check = b"" if self._is_begun and not locks else self._session_check
        before = b"".join(statement + b";" for statement in (*self._writes, *locks))
        self._is_begun = True
        self._writes.clear()
        return begin + before + check + last
