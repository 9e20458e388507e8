"""Tests on a Citus cluster. They share the database of TEST_CITUS_URL, so each prepares it."""

from pathlib import Path

import pytest

from adapters.postgres.citus.unit_of_work import CitusUnitOfWorkFactory
from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import MAINTENANCE
from tests.citus_database import NEEDS_CITUS, citus_url, distributed_database, migrated_database


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in NEEDS_CITUS:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def url():
    return citus_url()


@pytest.fixture
def migrated(url):
    """The URL of an empty, migrated database that is not distributed."""
    with migrated_database(url):
        yield url


@pytest.fixture
def distributed(url):
    """The URL of an empty, distributed database."""
    with distributed_database(url):
        yield url


@pytest.fixture
def engine(url):
    """Other connections to the database, without timeouts."""
    engine = make_engine(url, pool_size=2, timeouts=MAINTENANCE)
    yield engine
    engine.dispose()


@pytest.fixture
def citus_engine(distributed):
    """An engine as in the service. The database is empty."""
    engine = make_engine(distributed, pool_size=24, is_autocommit=True, is_citus=True)
    yield engine
    engine.dispose()


@pytest.fixture
def new_work(citus_engine):
    return CitusUnitOfWorkFactory(citus_engine)
