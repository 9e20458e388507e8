"""Write the search terms of events, and update missing and outdated ones."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from adapters.postgres.schema.tables import event_terms, events
from adapters.postgres.schema.version import IS_DISTRIBUTED
from domain.events.terms import TERMS_VERSION, terms_of

# Ids per query, and events per transaction, which locks their rows for about 50 ms.
IDS, BATCH = 50_000, 100
# Citus locks only rows of one shard per statement.
DISTRIBUTED_BATCH = 1


_computed = (
    func.unnest(bindparam("event_ids", type_=ARRAY(Uuid)), bindparam("terms", type_=ARRAY(Text)))
    .table_valued(column("event_id", Uuid), column("terms", Text), name="computed")
    .render_derived()
)


def insert_terms(event_id: ColumnElement[UUID], terms: ColumnElement[str]) -> Insert:
    """Insert the terms of events, given as text separated by spaces."""
    return insert(event_terms).from_select(
        ["event_id", "terms", "version"], select(event_id, _tsvector(terms), _version)
    )


def _tsvector(terms: ColumnElement[str]) -> ColumnElement[Any]:
    return func.array_to_tsvector(func.string_to_array(terms, text("' '")))


_version: ColumnElement[int] = literal_column(str(TERMS_VERSION))


def _or_replace(statement: Insert) -> Insert:
    return statement.on_conflict_do_update(
        index_elements=[event_terms.c.event_id],
        set_={"terms": statement.excluded.terms, "version": statement.excluded.version},
    )


SET_TERMS = _or_replace(
    insert(event_terms).values(
        event_id=bindparam("event_id", type_=Uuid),
        terms=_tsvector(bindparam("terms", type_=Text)),
        version=_version,
    )
)
_SET_TERMS_OF_MANY = _or_replace(insert_terms(_computed.c.event_id, _computed.c.terms))
_outdated = (
    select(events.c.id)
    .outerjoin(event_terms, event_terms.c.event_id == events.c.id)
    .where(or_(event_terms.c.version.is_(None), event_terms.c.version < TERMS_VERSION))
    .order_by(events.c.id)
    .limit(IDS)
)


def joined_terms(title: str, description: str) -> str:
    """The `terms` of SET_TERMS, separated by spaces."""
    return " ".join(terms_of(title, description))


def outdated_batches(connection: Connection) -> Iterator[Sequence[UUID]]:
    """Yield ids of events whose terms are missing or of an older version, until there are none.

    Terms are missing if a release before migration 0008 published or edited the event. Call
    `update_terms` for each batch before the next.
    """
    size = DISTRIBUTED_BATCH if connection.execute(text(IS_DISTRIBUTED)).scalar_one() else BATCH
    while ids := connection.execute(_outdated).scalars().all():
        yield from (ids[start : start + size] for start in range(0, len(ids), size))


def update_terms(connection: Connection, ids: Sequence[UUID]) -> None:
    """Compute the terms of these events in one transaction."""
    texts = (
        select(events.c.id, events.c.title, events.c.description)
        .where(events.c.id.in_(ids))
        # A fixed order prevents deadlocks.
        .order_by(events.c.id)
        # Block edits until the terms are written.
        .with_for_update(read=True)
    )
    rows = connection.execute(texts).all()
    terms = [joined_terms(row.title, row.description) for row in rows]
    connection.execute(_SET_TERMS_OF_MANY, {"event_ids": [row.id for row in rows], "terms": terms})
    connection.commit()
