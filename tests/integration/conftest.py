import re

import pytest
from rich.progress import Progress

from adapters.persistence.engine import make_engine
from adapters.persistence.reader import Reader
from adapters.persistence.unit_of_work import PostgresUnitOfWorkFactory
from adapters.persistence.waits import Timeouts
from tests.bench.dataset import Dataset
from tests.postgres import a_database


@pytest.fixture
def work_on(postgres):
    """Units of work on a database of their own."""
    with a_database(postgres) as url:
        # Longer than PostgreSQL's deadlock_timeout, 1 s: else both of two in a deadlock may be told
        # of a lock that is held, at the same instant, and meet again.
        waits = Timeouts(lock=1.25)
        engine = make_engine(url, pool_size=2, timeouts=waits, is_autocommit=True)
        yield PostgresUnitOfWorkFactory(engine)
        engine.dispose()


@pytest.fixture
def postgres_engine(database, empty_database):
    engine = make_engine(database, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def large_load(postgres):
    """100,000 events and 2,000,000 seats."""
    with a_database(postgres, migrated=False) as url:
        data = Dataset(url.render_as_string(hide_password=False), scale=10, refreshable=0)
        with Progress(disable=True) as progress:
            data.load(progress)
        engine = make_engine(url, pool_size=1, is_autocommit=True)
        yield Reader(engine)
        engine.dispose()
        data.close()


@pytest.fixture
def read_whole(large_load):
    """The tables that the plan of a statement reads from one end to the other."""

    def find(sql, values):
        plan = [line for [line] in large_load.rows(f"EXPLAIN {sql}", values)]
        return re.findall(r"Seq Scan on (\w+)", "\n".join(plan))

    return find


@pytest.fixture
def indexes_of(large_load):
    """The indexes that a statement reads: its plan may have more."""

    def find(sql, values):
        [[[found]]] = large_load.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        return set(read_by(found["Plan"]))

    def read_by(node):
        if node["Actual Loops"] and "Index Name" in node:
            yield node["Index Name"]
        for each in node.get("Plans", ()):
            yield from read_by(each)

    return find


@pytest.fixture
def blocks_of(large_load):
    """How many blocks a statement looks at; an index walked past many rows shows here."""

    def count(sql, values):
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
        [[[found]]] = large_load.rows(f"{explain} {sql}", values)
        return found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]

    return count
