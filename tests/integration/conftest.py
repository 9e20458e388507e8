import pytest

from adapters.persistence.engine import make_engine
from adapters.persistence.unit_of_work import PostgresUnitOfWorkFactory
from tests.postgres import a_database


@pytest.fixture
def work_on(postgres):
    """Units of work on a database of their own."""
    with a_database(postgres) as url:
        engine = make_engine(url, pool_size=2, is_autocommit=True)
        yield PostgresUnitOfWorkFactory(engine)
        engine.dispose()


@pytest.fixture
def postgres_engine(database, empty_database):
    engine = make_engine(database, pool_size=2, is_autocommit=True)
    yield engine
    engine.dispose()
