"""Connections to a sample database through a pooler."""

from contextlib import contextmanager

from adapters.postgres.engine import make_engine
from adapters.postgres.timeouts import Timeouts
from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from entrypoints.settings.environment import parse_database_url


def pooled_url(pooler, sample_data) -> str:
    name = sample_data.database_url.rpartition("/")[2]
    return f"postgresql://postgres@{pooler.host}/{name}"


@contextmanager
def pooled_engine(pooler, sample_data, timeouts=Timeouts()):  # noqa: B008  # frozen
    url = parse_database_url(pooled_url(pooler, sample_data), "the pooler's URL")
    engine = make_engine(url, pool_size=4, timeouts=timeouts, is_autocommit=True, is_pooled=True)
    yield engine
    engine.dispose()


@contextmanager
def pooled_work(pooler, sample_data):
    with pooled_engine(pooler, sample_data) as engine:
        yield PostgresUnitOfWorkFactory(engine)
