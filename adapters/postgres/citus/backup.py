"""Consistent backups of a distributed database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from adapters.postgres.citus.distribution import DISTRIBUTIONS
from adapters.postgres.errors import translated_errors
from adapters.postgres.schema.version import IS_DISTRIBUTED

LOCK = text(f"LOCK TABLE {', '.join(each.name for each in DISTRIBUTIONS)} IN SHARE MODE")


def is_distributed(engine: Engine) -> bool:
    """Raises Unavailable."""
    with translated_errors(), engine.connect() as connection:
        return bool(connection.execute(text(IS_DISTRIBUTED)).scalar_one())


@contextmanager
def writes_blocked(engine: Engine) -> Iterator[None]:
    """Nobody can write in the block: pg_dump's snapshot does not extend to the workers.

    Raises Unavailable.
    """
    with translated_errors(), engine.connect() as connection:
        connection.execute(LOCK)
        yield
