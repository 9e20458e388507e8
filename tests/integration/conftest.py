import pytest

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from tests.postgres import a_database


@pytest.fixture
def work_on(postgres):
    """Units of work on a separate database."""
    with a_database(postgres) as url:
        # Longer than PostgreSQL's deadlock_timeout of 1 s. Otherwise both transactions of a
        # deadlock may time out at the same instant and collide again.
        timeouts = Timeouts(lock=1.25)
        engine = make_engine(url, pool_size=2, timeouts=timeouts, is_autocommit=True)
        yield PostgresUnitOfWorkFactory(engine)
        engine.dispose()


@pytest.fixture
def postgres_engine(database, empty_database):
    engine = make_engine(database, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()
