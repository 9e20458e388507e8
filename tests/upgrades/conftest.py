import pytest

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import MAINTENANCE
from tests.upgrades.previous_release import a_database_of_before


@pytest.fixture(scope="session")
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture
def before(postgres):
    """The URL of a database that release 0.1.0 left, of this test alone."""
    with a_database_of_before(postgres) as url:
        yield url


@pytest.fixture
def onlooker(before):
    """Connections of someone else to the database that is upgraded."""
    engine = make_engine(before, pool_size=2, timeouts=MAINTENANCE)
    yield engine
    engine.dispose()
