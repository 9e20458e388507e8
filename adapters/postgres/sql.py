"""SQLAlchemy compiles statements to text once; psycopg2 runs them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    DateTime,
    Table,
    TableValuedAlias,
    Update,
    Uuid,
    bindparam,
    column,
    func,
    make_url,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

DIALECT = make_url("postgresql+psycopg2://").get_dialect()()

NOW = bindparam("now", type_=DateTime(timezone=True))
USER_ID = bindparam("user_id", type_=Uuid)
SESSION_ID = bindparam("session_id", type_=Uuid)
EVENT_ID = bindparam("event_id", type_=Uuid)


def compile_sql(statement: ClauseElement) -> str:
    """Compile to psycopg2's format, with named parameters for all values."""
    return str(statement.compile(dialect=DIALECT))


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The changed columns. Unchanged values stay out of the server's log of failed statements."""
    return {name: value for name, value in after.items() if before[name] != value}


def update_values(table: Table, names: Iterable[str]) -> Update:
    """An UPDATE that sets columns to bind parameters with the same names."""
    return update(table).values(
        {name: bindparam(name, type_=table.c[name].type) for name in sorted(names)}
    )


def columns_of(model: type[Any], source: FromClause) -> list[ColumnElement[Any]]:
    """The columns of `source` that are named like fields of the dataclass."""
    return [source.c[field.name] for field in fields(model) if field.name in source.c]


def rows_of(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Rows of these columns, to insert many in one statement; `array_values` has their values."""
    columns = [table.c[name] for name in names]
    arrays = [bindparam(f"{each.name}s", type_=ARRAY(each.type)) for each in columns]
    return (
        func.unnest(*arrays)
        .table_valued(*(column(each.name, each.type) for each in columns), name="new")
        .render_derived()
    )


def array_values(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {f"{name}s": [row[name] for row in rows] for name in names}
