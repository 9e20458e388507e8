"""Full-text search in SQL, and its bind parameter."""

from sqlalchemy import ColumnElement, Text, bindparam, cast, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.schema.tables import event_terms
from domain.events.search import Search

MATCHES = event_terms.c.terms.bool_op("@@")(cast(bindparam("tsquery", type_=Text), TSQUERY))


def tsquery_of(search: Search) -> str:
    """Terms consist of letters, digits and emoji, so they need no escaping."""
    return " & ".join(f"'{term}':*" for term in search.terms)


def matches_search(source: FromClause) -> ColumnElement[bool]:
    """Whether an event matches the search. The planner can use the index."""
    return source.c.id.in_(select(event_terms.c.event_id).where(MATCHES))


def has_matching_terms(source: FromClause) -> ColumnElement[bool]:
    """The same, but looked up for each event. The planner does not turn this into a join."""
    return select(MATCHES).where(event_terms.c.event_id == source.c.id).scalar_subquery()
