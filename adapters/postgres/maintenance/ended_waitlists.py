"""Delete the waitlists of events that have started or been called off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from adapters.postgres.pages import LIMIT
from adapters.postgres.reader import Reader
from adapters.postgres.schema.tables import events, waitlist_entries
from adapters.postgres.sql import compile_sql

BEFORE = bindparam("before", type_=events.c.start_time.type)

_has_ended = or_(events.c.start_time <= BEFORE, events.c.cancelled_at <= BEFORE)
COUNT = compile_sql(
    select(func.count())
    .select_from(waitlist_entries)
    .join(events, events.c.id == waitlist_entries.c.event_id)
    .where(_has_ended)
)
ENDED = (
    select(events.c.id)
    .where(_has_ended, events.c.id.in_(select(waitlist_entries.c.event_id)))
    .limit(LIMIT)
)


def remove_entries(event_id: BindParameter[UUID] | None = None) -> str:
    """Delete up to `limit` entries, of one event if given. Skips locked events.

    Returns the number of deleted entries.
    """

    def is_included(column: ColumnElement[UUID]) -> ColumnElement[bool]:
        return true() if event_id is None else column == event_id

    # The event is locked first, as in requests.
    ended = ENDED.where(is_included(events.c.id)).with_for_update(skip_locked=True).cte("ended")
    key = tuple(waitlist_entries.primary_key)
    # For Citus, each statement names the event: a join would include all shards.
    is_entry_included = is_included(waitlist_entries.c.event_id)
    first = (
        select(*key)
        .join(ended, ended.c.id == waitlist_entries.c.event_id)
        .where(is_entry_included)
        .limit(LIMIT)
        .cte("first")
    )
    removed = (
        delete(waitlist_entries)
        .where(tuple_(*key) == tuple_(*first.c), is_entry_included)
        .returning(waitlist_entries.c.event_id)
        .cte("removed")
    )
    counts = (
        select(removed.c.event_id, func.count().label("entries"))
        .group_by(removed.c.event_id)
        .subquery("counts")
    )
    # Subtracts, because an entry committed after this statement's snapshot remains.
    updated = (
        update(events)
        .values(waitlist_count=events.c.waitlist_count - counts.c.entries)
        .where(events.c.id == counts.c.event_id, is_included(events.c.id))
        .cte("updated")
    )
    return compile_sql(select(func.count()).select_from(removed).add_cte(updated))


REMOVE = remove_entries()


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
