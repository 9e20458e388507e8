"""Statements as text, made once: SQLAlchemy writes them, the driver runs them."""

from sqlalchemy import ClauseElement, DateTime, Uuid, bindparam, make_url

DIALECT = make_url("postgresql+psycopg2://").get_dialect()()

NOW = bindparam("now", type_=DateTime(timezone=True))
USER_ID = bindparam("user_id", type_=Uuid)
SESSION_ID = bindparam("session_id", type_=Uuid)


def as_sql(statement: ClauseElement) -> str:
    """The statement as the driver takes it, its values open: all are named parameters."""
    return str(statement.compile(dialect=DIALECT))
