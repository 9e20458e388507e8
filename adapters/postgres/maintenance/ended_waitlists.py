"""Delete the waitlists of events that have started or been called off."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, func, or_, select, tuple_, update

from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import events, waitlist_entries
from adapters.postgres.sql import compile_sql

BEFORE = bindparam("before", type_=events.c.start_time.type)
LIMIT = bindparam("limit", type_=Integer)

_has_ended = or_(events.c.start_time <= BEFORE, events.c.cancelled_at <= BEFORE)
COUNT = compile_sql(
    select(func.count())
    .select_from(waitlist_entries)
    .join(events, events.c.id == waitlist_entries.c.event_id)
    .where(_has_ended)
)
# The event is locked first, as in requests.
_ended = (
    select(events.c.id)
    .where(_has_ended, events.c.id.in_(select(waitlist_entries.c.event_id)))
    .limit(LIMIT)
    .with_for_update(skip_locked=True)
    .cte("ended")
)
_key = tuple(waitlist_entries.primary_key)
_first = select(*_key).join(_ended, _ended.c.id == _key[0]).limit(LIMIT).cte("first")
_removed = (
    delete(waitlist_entries)
    .where(tuple_(*_key) == tuple_(*_first.c))
    .returning(waitlist_entries.c.event_id)
    .cte("removed")
)
_counts = (
    select(_removed.c.event_id, func.count().label("entries"))
    .group_by(_removed.c.event_id)
    .subquery("counts")
)
# Subtracts, because an entry committed after this statement's snapshot remains.
_updated = (
    update(events)
    .values(waitlist_count=events.c.waitlist_count - _counts.c.entries)
    .where(events.c.id == _counts.c.event_id)
    .cte("updated")
)
REMOVE = compile_sql(select(func.count()).select_from(_removed).add_cte(_updated))


class EndedWaitlists:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def count(self, ended_before: datetime) -> int:
        """The number of entries that `remove` would delete. Raises Unavailable."""
        [[count]] = self._reader.rows(COUNT, {"before": ended_before})
        return int(count)

    def remove(self, ended_before: datetime, limit: int) -> int:
        """Return the number of deleted entries. Skips locked events. Raises Unavailable."""
        [[count]] = self._reader.rows(REMOVE, {"before": ended_before, "limit": limit})
        return int(count)
