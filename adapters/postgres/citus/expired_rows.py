"""Delete expired rows of tables with several shards.

FOR UPDATE, and with it SKIP LOCKED, works only within one shard.
"""

from datetime import datetime

from sqlalchemy import Delete, delete, func, select
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from adapters.postgres.maintenance.ended_waitlists import ENDED, EndedWaitlists, remove_entries
from adapters.postgres.maintenance.expired_rows import (
    ExpiredRows,
    ExpiryRule,
    RowsByKind,
    shared_rows_by_kind,
)
from adapters.postgres.reader import Reader
from adapters.postgres.sql import EVENT_ID, compile_sql
from application.errors import Contended

FIND_ENDED = compile_sql(ENDED)
REMOVE_FROM_EVENT = remove_entries(EVENT_ID)
# Of a batch that deadlocks with a request, which may lock several of its rows in another order.
ATTEMPTS = 5


class CitusExpiredRows(ExpiredRows):
    """Waits for locked rows. Citus runs one such statement per table at a time."""

    @retry(
        retry=retry_if_exception_type(Contended), stop=stop_after_attempt(ATTEMPTS), reraise=True
    )
    def remove(self, expired_before: datetime, limit: int) -> int:
        """Returns the number of rows removed. Raises Unavailable."""
        return super().remove(expired_before, limit)

    @staticmethod
    def delete_oldest(rule: ExpiryRule) -> Delete:
        """Delete the `limit` oldest rows, and those that expired at the same instant."""
        oldest = rule.oldest(rule.since.label("since")).subquery("oldest")
        last = select(func.max(oldest.c.since)).scalar_subquery()
        # A row that changes while this waits for its lock is checked again.
        return delete(rule.table).where(rule.since <= last, rule.condition)


class CitusEndedWaitlists(EndedWaitlists):
    def remove(self, ended_before: datetime, limit: int) -> int:
        """Return the number of deleted entries. Skips locked events. Raises Unavailable."""
        values = {"before": ended_before}
        removed = 0
        for event in self._reader.rows(FIND_ENDED, {**values, "limit": limit}):
            if removed == limit:
                break
            values_of_event = {**values, "event_id": event.id, "limit": limit - removed}
            [[count]] = self._reader.rows(REMOVE_FROM_EVENT, values_of_event)
            removed += count
        return removed


def rows_by_kind(reader: Reader) -> RowsByKind:
    """Without rows of deleted accounts: release 0.3.0, which leaves them, cannot run on Citus.

    The worker deletes their mails when these are due.
    """
    return shared_rows_by_kind(reader, CitusExpiredRows, CitusEndedWaitlists)
