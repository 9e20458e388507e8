"""Steps of migrations that block no request, however long they take.

They run outside of any transaction, so a migration that has them has nothing else, and each bears
to be run again: whatever broke off, the next run goes on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import TextClause, text

# An earlier attempt that broke off leaves such an index, which costs every write and serves no
# search (PostgreSQL manual, CREATE INDEX, building indexes concurrently).
IS_INVALID = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
# Who waits for such a lock makes everyone wait who comes later: less than a request may wait.
BRIEFLY = text("SET lock_timeout = '250ms'")
PATIENTLY = text("SET lock_timeout = 0")


@contextmanager
def beside_requests() -> Iterator[None]:
    """For steps whose locks stop neither reads nor writes, so that they may wait for them."""
    with op.get_context().autocommit_block():
        op.execute(PATIENTLY)
        yield
        op.execute(BRIEFLY)


def build_index(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    with beside_requests():
        if op.get_bind().execute(IS_INVALID, {"name": name}).scalar():
            _drop(name, table)
        op.create_index(
            name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options
        )


def drop_index(name: str, table: str) -> None:
    with beside_requests():
        _drop(name, table)


def validate(constraint: str, table: str) -> None:
    """Prove of the rows that are there what was added NOT VALID, and so held for new ones only."""
    with beside_requests():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
