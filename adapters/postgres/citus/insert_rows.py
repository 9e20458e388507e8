from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert, select

from adapters.postgres.sql import array_values, compile_sql, rows_of
from adapters.postgres.transaction import MAX_PENDING_WRITES, Transaction


def insert_rows(transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with all columns. Few are separate statements.

    INSERT SELECT copies the rows over other connections, so the commit would take two phases.
    """
    if len(rows) <= MAX_PENDING_WRITES:
        for row in rows:
            transaction.write(_insert(table), row)
    else:
        names = [column.name for column in table.c]
        transaction.write(_insert_many(table), array_values(rows, names))


@cache
def _insert(table: Table) -> str:
    return compile_sql(insert(table))


@cache
def _insert_many(table: Table) -> str:
    names = [column.name for column in table.c]
    return compile_sql(insert(table).from_select(names, select(*rows_of(table, names).c)))
