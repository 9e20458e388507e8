"""Statements as text, made once: SQLAlchemy writes them, the driver runs them."""

from dataclasses import fields
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, DateTime, Uuid, bindparam, make_url
from sqlalchemy.sql.selectable import FromClause

DIALECT = make_url("postgresql+psycopg2://").get_dialect()()

NOW = bindparam("now", type_=DateTime(timezone=True))
USER_ID = bindparam("user_id", type_=Uuid)
SESSION_ID = bindparam("session_id", type_=Uuid)
EVENT_ID = bindparam("event_id", type_=Uuid)


def compile_sql(statement: ClauseElement) -> str:
    """The statement as the driver takes it, its values open: all are named parameters."""
    return str(statement.compile(dialect=DIALECT))


def columns_of(model: type[Any], source: FromClause) -> list[ColumnElement[Any]]:
    """The columns of the source that have the names of the dataclass's fields."""
    return [source.c[field.name] for field in fields(model) if field.name in source.c]
