"""Stored search terms of events, and computing those that are missing or outdated."""

from sqlalchemy import Connection, Integer, Text, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from adapters.postgres.schema.tables import event_terms, events
from domain.events.terms import TERMS_VERSION, terms_of

# Events of one transaction: their rows are locked for a few dozen milliseconds.
BATCH = 200

_new = insert(event_terms).values(
    event_id=bindparam("event_id", type_=event_terms.c.event_id.type),
    terms=func.array_to_tsvector(bindparam("terms", type_=ARRAY(Text))),
    version=literal_column(str(TERMS_VERSION)),
)
WRITE_TERMS = _new.on_conflict_do_update(
    index_elements=[event_terms.c.event_id],
    set_={"terms": _new.excluded.terms, "version": _new.excluded.version},
)
_outdated = (
    select(events.c.id)
    .outerjoin(event_terms, event_terms.c.event_id == events.c.id)
    .where(or_(event_terms.c.version.is_(None), event_terms.c.version < TERMS_VERSION))
    .limit(bindparam("limit", type_=Integer))
)
LOCK_OUTDATED = (
    select(events.c.id, events.c.title, events.c.description)
    .where(events.c.id.in_(_outdated))
    # A fixed order prevents deadlocks.
    .order_by(events.c.id)
    # No edit may commit before the terms of the text that was read.
    .with_for_update(read=True)
)


def update_outdated_terms(connection: Connection) -> None:
    """Compute missing terms and those of older versions, each batch in its own transaction.

    Events have no terms if they come from before migration 0007, or if a release without it
    published or edited them.
    """
    while rows := connection.execute(LOCK_OUTDATED, {"limit": BATCH}).all():
        terms = [
            {"event_id": row.id, "terms": sorted(terms_of(row.title, row.description))}
            for row in rows
        ]
        connection.execute(WRITE_TERMS, terms)
        connection.commit()
    connection.rollback()
