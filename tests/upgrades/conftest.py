import pytest

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import MAINTENANCE
from tests.upgrades.old_database import a_database_of_old_release


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture
def old_database(postgres):
    """The URL of a database as release 0.1.0 left it, for this test alone."""
    with a_database_of_old_release(postgres) as url:
        yield url


@pytest.fixture
def engine(old_database):
    """Other connections to the database that is upgraded."""
    engine = make_engine(old_database, pool_size=2, timeouts=MAINTENANCE)
    yield engine
    engine.dispose()
