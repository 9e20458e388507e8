"""Migration steps that do not block requests, however long they take.

They run outside of a transaction. A migration that uses them must contain nothing else, and each
step must be repeatable: after an interruption the migration runs again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import TextClause, text

# An interrupted build leaves an invalid index: writes maintain it, but queries do not use it
# (PostgreSQL manual, CREATE INDEX, building indexes concurrently).
IS_INVALID = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
# Requests queue behind a migration that waits for a lock. Shorter than their own lock timeout.
SHORT_LOCK_TIMEOUT = text("SET lock_timeout = '250ms'")
NO_LOCK_TIMEOUT = text("SET lock_timeout = 0")


@contextmanager
def online() -> Iterator[None]:
    """For steps whose locks block neither reads nor writes: they may wait without limit."""
    with op.get_context().autocommit_block():
        op.execute(NO_LOCK_TIMEOUT)
        yield
        op.execute(SHORT_LOCK_TIMEOUT)


def build_index(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    with online():
        if op.get_bind().execute(IS_INVALID, {"name": name}).scalar():
            _drop(name, table)
        op.create_index(
            name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options
        )


def drop_index(name: str, table: str) -> None:
    with online():
        _drop(name, table)


def validate(constraint: str, table: str) -> None:
    """Check existing rows against a constraint that was added NOT VALID."""
    with online():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
