"""The database of TEST_CITUS_URL. It belongs to the tests: they drop all tables of Turnout."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from adapters.postgres.citus.distribute import LOCAL_TABLES, TABLES, distribute
from adapters.postgres.citus.distribution import DISTRIBUTIONS
from adapters.postgres.citus.readiness import check_readiness
from adapters.postgres.engine import make_engine
from adapters.postgres.reader import Reader
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.timeouts import MAINTENANCE
from application.errors import NotReady
from entrypoints.settings import CITUS, read_database_type
from entrypoints.settings.environment import parse_database_url

# Fewer than by default: faster.
SHARDS = 8
FUNCTIONS = text("""
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
""")


# Marks of tests. Unlike skipif and skips in fixtures, pytest reports them in one line per file.
NEEDS_CITUS = []
if read_database_type() != CITUS:
    NEEDS_CITUS = [
        pytest.mark.skip(reason="needs Citus: set TEST_CITUS_URL and run make test-citus")
    ]


def citus_url() -> URL:
    return parse_database_url(os.environ["TEST_CITUS_URL"], "TEST_CITUS_URL")


@contextmanager
def migrated_database(url: URL, shards: int = SHARDS) -> Iterator[URL]:
    """An empty, migrated database that is not distributed."""
    with _maintenance_engine(url) as engine:
        drop_everything(engine, shards)
        migrate(engine)
    yield url


@contextmanager
def distributed_database(url: URL) -> Iterator[URL]:
    """An empty, migrated and distributed database. Fast if the previous test left one."""
    with _maintenance_engine(url) as engine:
        if _is_ready(url):
            with engine.begin() as connection:
                for each in reversed(DISTRIBUTIONS):
                    connection.execute(each.table.delete())
        else:
            drop_everything(engine)
            migrate(engine)
            distribute(engine, on_progress=lambda *_: None)
    yield url


def _is_ready(url: URL) -> bool:
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE, is_autocommit=True)
    try:
        check_readiness(Reader(engine))
    except NotReady:
        return False
    finally:
        engine.dispose()
    return True


@contextmanager
def _maintenance_engine(url: URL) -> Iterator[Engine]:
    engine = make_engine(url, pool_size=1, timeouts=MAINTENANCE)
    try:
        yield engine
    finally:
        engine.dispose()


def drop_everything(engine: Engine, shards: int = SHARDS) -> None:
    """Also sets how many shards `distribute` makes."""
    with engine.begin() as connection:
        connection.execute(text("SET lock_timeout = '10s'"))  # a test left a transaction open
        tables = set(connection.execute(TABLES).scalars())
        others = tables - LOCAL_TABLES - {each.name for each in DISTRIBUTIONS}
        if others:
            raise RuntimeError(f"TEST_CITUS_URL: the database has other tables, too: {others}.")
        if tables:
            connection.execute(text(f"DROP TABLE {', '.join(tables)} CASCADE"))
        for function in connection.execute(FUNCTIONS).scalars().all():
            connection.execute(text(f"DROP FUNCTION {function}"))
        database = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{database}" SET citus.shard_count = {shards}'))
    engine.dispose()
